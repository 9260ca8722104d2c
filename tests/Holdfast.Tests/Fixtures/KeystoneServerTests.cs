using System.Text.Json.Nodes;
using Holdfast.Testing.Keystone;
using Xunit;

namespace Holdfast.Tests.Fixtures;

public sealed class KeystoneServerTests
{
    [Fact]
    public async Task A_user_signs_in_and_the_token_says_who_after_a_new_start_as_well()
    {
        await using KeystoneServer keystone = await KeystoneServer.StartAsync();
        string project = await keystone.Admin.MakeProjectAsync("tenants");
        string user = await keystone.Admin.MakeUserAsync("alice", "alice's secret");
        await keystone.Admin.GrantAsync(project, user, "member");
        string token = await keystone.Admin.SignInAsync("alice", "alice's secret", name: "tenants");
        await keystone.StopAsync();
        await keystone.StartAgainAsync();

        JsonNode shown = (await keystone.Admin.AskAsync(HttpMethod.Get, "auth/tokens", null, token))!["token"]!;

        Assert.Equal(project, shown["project"]!["id"]!.GetValue<string>());
        Assert.Equal(user, shown["user"]!["id"]!.GetValue<string>());
        Assert.Equal(
            ["member", "reader"],
            shown["roles"]!.AsArray().Select(role => role!["name"]!.GetValue<string>()).Order()
        );
        Assert.Equal(1, await keystone.CountAsync("GET /v3/auth/tokens"));
    }
}
