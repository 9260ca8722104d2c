using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
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
    [InlineData("share_export_location:show", "reader")]
    [InlineData("operation:get", "reader")]
    [InlineData("operation:get_all", "reader")]
    [InlineData("operation:get_all_project", "admin")]
    [InlineData("operation:cancel", "member")]
    [InlineData("share:create_snapshot", "member")]
    [InlineData("share:delete_snapshot", "member")]
    [InlineData("share:snapshot_update", "member")]
    [InlineData("share:revert_to_snapshot", "member")]
    [InlineData("share_snapshot:access_list", "reader")]
    [InlineData("share_snapshot:allow_access", "member")]
    [InlineData("share_snapshot:deny_access", "member")]
    [InlineData("share_snapshot:get_snapshot", "reader")]
    [InlineData("share_snapshot:get_all_snapshots", "reader")]
    [InlineData("share_snapshot:list_all_projects", "admin")]
    [InlineData("share_snapshot:force_delete", "admin")]
    [InlineData("share_snapshot:reset_status", "admin")]
    [InlineData("share_snapshot:get_metadata", "reader")]
    [InlineData("share_snapshot:update_metadata", "member")]
    [InlineData("share_snapshot:delete_metadata", "member")]
    [InlineData("share_snapshot_export_location:index", "reader")]
    [InlineData("share_type:index", "reader")]
    [InlineData("share_type:show", "reader")]
    [InlineData("share_replica:get_all", "reader")]
    [InlineData("share_replica:show", "reader")]
    [InlineData("service:index", "admin")]
    [InlineData("availability_zone:index", "reader")]
    [InlineData("message:get", "reader")]
    [InlineData("message:get_all", "reader")]
    [InlineData("message:delete", "member")]
    [InlineData("quota_set:show", "reader")]
    [InlineData("quota_set:update", "admin")]
    [InlineData("quota_set:delete", "admin")]
    [InlineData("quota_class_set:show", "reader")]
    [InlineData("quota_class_set:update", "admin")]
    public void A_rule_asks_for_the_least_role(string rule, string role)
    {
        Assert.True(new Policy().Allows(CoreFixture.Admin, rule));
        Assert.Equal(role is "member" or "reader", new Policy().Allows(CoreFixture.Member, rule));
        Assert.Equal(role is "reader", new Policy().Allows(CoreFixture.Reader, rule));
        Assert.False(new Policy().Allows(CoreFixture.Nobody, rule));
        Assert.False(new Policy().Allows(CoreFixture.Of("", "member", "reader"), rule));
    }

    [Fact]
    public void Who_is_an_administrator_is_decided_once_a_request()
    {
        Assert.Equal((true, true), Identify("p1", "admin"));
        Assert.Equal((false, false), Identify("p1", "member"));
        // An administrator of no project is none.
        Assert.Equal((false, false), Identify(null, "admin"));

        static (bool, bool) Identify(string? project, string role)
        {
            ValidToken token = new("u1", project, new HashSet<string> { role }, DateTimeOffset.MaxValue);
            Caller caller = new Policy().Identify(token, "req-1");
            Assert.Equal((project ?? "", "u1", "req-1"), (caller.ProjectId, caller.UserId, caller.RequestId));
            return (caller.IsAdmin, caller.IsHostAdmin);
        }
    }

    [Fact]
    public void A_rule_may_be_asked_about_an_object_of_somebody_elses()
    {
        PolicyTarget own = new(CoreFixture.Reader.ProjectId, "another user");
        PolicyTarget foreign = new("another project", CoreFixture.Reader.UserId);
        Assert.True(new Policy().Allows(CoreFixture.Reader, "project-reader", own));
        Assert.False(new Policy().Allows(CoreFixture.Reader, "owner-user", own));
        Assert.False(new Policy().Allows(CoreFixture.Reader, "project-reader", foreign));
        Assert.True(new Policy().Allows(CoreFixture.Admin, "share_backup:get", foreign));
        Assert.Throws<ServiceError>(() => new Policy().Require(CoreFixture.Reader, "share_backup:get", foreign));
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
