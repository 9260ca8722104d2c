using Holdfast.Tests.Core;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class VersionTests : IdentityTests
{
    [Theory]
    [InlineData("/identity")]
    [InlineData("/identity/")]
    public async Task Discovery_lists_version_3_to_everyone(string path)
    {
        Answer answer = await Host.SendAsync("GET", path);
        Assert.Equal(300, answer.Code);
        var only = Assert.Single(answer.Json["versions"]!["values"]!.AsArray());
        Assert.Equal("v3.14", Text(only!["id"]));
        Assert.Equal("stable", Text(only["status"]));
        Assert.Equal(LocalIdentity.PublicUrl + "/identity/v3/", Text(only["links"]![0]!["href"]));
    }

    [Theory]
    [InlineData("/identity/v3")]
    [InlineData("/identity/v3/")]
    public async Task Version_3_describes_itself_to_everyone(string path)
    {
        Answer answer = await Host.SendAsync("GET", path);
        Assert.Equal(200, answer.Code);
        Assert.Equal("v3.14", Text(answer.Json["version"]!["id"]));
        Answer head = await Host.SendAsync("HEAD", path);
        Assert.Equal(200, head.Code);
        Assert.Equal("", head.Text);
    }

    [Theory]
    [InlineData("GET", "/identity/v2.0")]
    [InlineData("POST", "/identity/v3/nothing")]
    [InlineData("GET", "/identity/v3/auth")]
    public async Task What_is_not_there_is_404_in_keystones_words(string method, string path) =>
        AssertError(await Host.SendAsync(method, path), 404, "Not Found");

    [Theory]
    [InlineData("PUT", "auth/tokens", "DELETE,GET,HEAD,POST")]
    [InlineData("POST", "domains", "GET,HEAD")]
    [InlineData("DELETE", "users", "GET,HEAD,POST")]
    [InlineData("PUT", "projects/x", "DELETE,GET,HEAD,PATCH")]
    public async Task Another_verb_is_405_with_those_that_are_there(string method, string path, string allowed)
    {
        AssertError(await Host.SendAsync(method, path), 401, "Unauthorized");
        Answer answer = await Host.SendAsync(method, path, token: Host.Admin);
        AssertError(answer, 405, "Method Not Allowed");
        Assert.Equal(allowed, answer.Header("Allow"));
    }

    [Fact]
    public async Task Replies_carry_the_requests_id()
    {
        Answer answer = await Host.SendAsync("GET", "projects");
        Assert.StartsWith("req-", answer.Header("x-openstack-request-id"), StringComparison.Ordinal);
        Assert.Equal($"Keystone uri=\"{LocalIdentity.PublicUrl}/identity\"", answer.Header("WWW-Authenticate"));
    }
}
