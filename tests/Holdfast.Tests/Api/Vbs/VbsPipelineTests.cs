using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>What all calls of the family have in common.</summary>
public sealed class VbsPipelineTests : VbsTests
{
    private const string Collection = $"/v2/{Owner}/os-vendor-backup-sharing";

    [Fact]
    public async Task Manilas_version_headers_are_neither_read_nor_sent()
    {
        Answer answer = await Host.SendAsync("GET", $"{Collection}/detail", token: Owner, version: "frob");
        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.DoesNotContain(answer.Headers.Keys, name => name.Contains("Manila", StringComparison.OrdinalIgnoreCase));
        Assert.Null(answer.Header("Vary"));
        Assert.StartsWith("req-", answer.Header("x-openstack-request-id"), StringComparison.Ordinal);
        Assert.Equal(answer.Header("x-openstack-request-id"), answer.Header("x-compute-request-id"));
    }

    [Theory]
    [InlineData("/v2/os-vendor-backup-sharing/detail")]
    [InlineData($"{Collection}/")]
    [InlineData($"{Collection}/detail/")]
    [InlineData($"{Collection}/detail/more")]
    [InlineData($"/v2/{Owner}/OS-vendor-backup-sharing/detail")]
    [InlineData($"/v1/{Owner}/os-vendor-backup-sharing/detail")]
    [InlineData($"/v2/{Owner}/backuppolicies")]
    public async Task A_path_that_is_not_served_is_manilas_404(string path)
    {
        Answer manila = await Host.SendAsync("GET", "/v2/nothing", token: Owner);
        Answer answer = await Host.SendAsync("GET", path, token: Owner);
        Assert.Equal((404, manila.Text), (answer.Code, answer.Text));
    }

    [Fact]
    public async Task A_word_in_place_of_an_id_is_no_id()
    {
        Assert.Equal(["shared"], Keys((await SendAsync("GET", "/detail")).Json));
        Assert.Equal(["count"], Keys((await SendAsync("GET", "/count")).Json));
        Answer answer = await SendAsync("GET", "/Detail");
        Assert.Equal((404, "Sharing Detail could not be found."), (answer.Code, answer.Fault?.Message));
    }

    [Fact]
    public async Task Head_is_get_without_its_body()
    {
        Answer answer = await SendAsync("HEAD", "/count");
        Assert.Equal((200, "", "11"), (answer.Code, answer.Text, answer.Header("Content-Length")));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_in_the_calls_own_form()
    {
        string large = new(' ', Holdfast.Api.Endpoints.MaxRequestBodyBytes + 1);
        Answer sharing = await SendAsync("POST", "", large);
        Answer backup = await Host.SendAsync("POST", $"/v2/{Owner}/cloudbackups", large, Owner);
        Assert.Equal((413, "overLimit"), (sharing.Code, sharing.Fault?.Key));
        Assert.NotNull(sharing.Header("Retry-After"));
        // No quota's code: this has nothing to do with any.
        Assert.Equal((413, "VolumeBackup.0002"), (backup.Code, Text(backup.Json["error"], "code")));
    }

    [Fact]
    public async Task Where_nobody_can_say_whose_a_token_is_the_answer_is_503_in_the_calls_own_form()
    {
        Answer sharing = await Host.SendAsync("GET", $"{Collection}/detail", token: Away);
        Answer policy = await Host.SendAsync("GET", $"/v2/{Owner}/backuppolicy", token: Away);
        Assert.Equal((503, "serviceUnavailable"), (sharing.Code, sharing.Fault?.Key));
        Assert.Equal(503, policy.Code);
        JsonNode error = policy.Json["error"]!;
        Assert.Equal(["code", "message"], Keys(error));
        Assert.Equal(("VolumeBackup.0900", "5"), (Text(error, "code"), policy.Header("Retry-After")));
    }

    [Fact]
    public async Task Errors_of_vbss_own_calls_have_a_code_that_is_text()
    {
        Answer url = await Host.SendAsync("GET", $"/v2/{Third}/backuppolicy", token: Owner);
        Assert.Equal(
            (400, """{"error":{"message":"Malformed request url","code":"VolumeBackup.0002"}}"""),
            (url.Code, url.Text)
        );
        Answer verb = await Host.SendAsync("PATCH", $"/v2/{Owner}/backuppolicy/one", token: Owner);
        Assert.Equal((405, "DELETE,GET,HEAD,POST,PUT"), (verb.Code, verb.Header("Allow")));
        Assert.Equal("VolumeBackup.0002", Text(verb.Json["error"], "code"));
    }
}
