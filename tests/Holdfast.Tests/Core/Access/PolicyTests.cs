using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("share_backup:create", "member")]
    [InlineData("share_backup:get", "reader")]
    [InlineData("share_backup:get_all", "reader")]
    [InlineData("share_backup:get_all_project", "admin")]
    [InlineData("share_backup:restore", "member")]
    [InlineData("share_backup:update", "member")]
    [InlineData("share_backup:delete", "member")]
    [InlineData("share_backup:reset_status", "admin")]
    [InlineData("share:create", "member")]
    [InlineData("share:create_public_share", "admin")]
    [InlineData("share:get", "reader")]
    [InlineData("share:get_all", "reader")]
    [InlineData("share:delete", "member")]
    [InlineData("share:manage", "admin")]
    [InlineData("share:unmanage", "admin")]
    [InlineData("share:reset_status", "admin")]
    [InlineData("share_export_location:index", "reader")]
    [InlineData("operation:get", "reader")]
    [InlineData("operation:get_all", "reader")]
    [InlineData("operation:get_all_project", "admin")]
    [InlineData("operation:cancel", "member")]
    [InlineData("share_type:index", "reader")]
    [InlineData("share_type:show", "reader")]
    public void A_rule_asks_for_the_least_role(string rule, string role)
    {
        Assert.True(new Policy().Allows(CoreFixture.Admin, rule));
        Assert.Equal(role is "member" or "reader", new Policy().Allows(CoreFixture.Member, rule));
        Assert.Equal(role is "reader", new Policy().Allows(CoreFixture.Reader, rule));
        Assert.False(new Policy().Allows(CoreFixture.Nobody, rule));
        Assert.False(new Policy().Allows(CoreFixture.Of("", "member", "reader"), rule));
    }

    [Fact]
    public void A_refusal_does_not_say_which_rule()
    {
        ServiceError error = Assert.Throws<ServiceError>(() =>
            new Policy().Require(CoreFixture.Reader, "share_backup:create")
        );
        Assert.Equal((ServiceErrorKind.Forbidden, "Access was denied to this resource."), (error.Kind, error.Message));
    }

    [Fact]
    public void An_unknown_rule_is_a_mistake_of_ours() =>
        Assert.Throws<ArgumentException>(() => new Policy().Allows(CoreFixture.Admin, "share_backup:fly"));
}
