using Holdfast.Api.Dashboard;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

public sealed class ReturnPathTests
{
    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard/shares?name=a%20b&marker=x")]
    [InlineData("/dashboard?x=//evil.test")]
    [InlineData("/dashboard/backups/b/files/caf%E9")]
    public void A_page_of_ours_is_gone_back_to(string path) => Assert.Equal(path, ReturnPath.Of(path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//evil.test")]
    [InlineData("https://evil.test/dashboard")]
    [InlineData("/dashboardx")]
    [InlineData("/dashboard\\evil")]
    [InlineData("/dashboard/\r\nSet-Cookie: a=b")]
    [InlineData("/dashboard/ evil")]
    [InlineData("/dashboard/\u00e9")]
    public void Whatever_else_is_said_leads_to_the_first_page(string? path) =>
        Assert.Equal("/dashboard", ReturnPath.Of(path));

    [Fact]
    public void An_address_of_any_length_is_not() =>
        Assert.Equal("/dashboard", ReturnPath.Of("/dashboard/" + new string('a', 4096)));
}
