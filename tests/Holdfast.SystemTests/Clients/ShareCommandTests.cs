using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary>Changes of a share, messages, services and zones, as newer releases' stock clients ask for them.</summary>
[Trait("e2e", "clients")]
public sealed class ShareCommandTests
{
    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AShareIsChangedBySetAndUnset(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient member = cloud.Member;
        string id = (await cloud.CreateShareAsync("docs")).Id;
        string[] set = ["share", "set", "docs", "--name", "papers", "--description", "d", "--property", "of=me"];
        if (release == "sid")
        {
            // Whatever it is to set, this client sets the task state too, which is an administrator's.
            string told = await member.FailAsync(set);
            Assert.Contains("Failed to update share task state", told, StringComparison.Ordinal);
            Assert.Contains("(HTTP 403)", told, StringComparison.Ordinal);
        }
        else
        {
            await member.RunAsync(set);
        }
        JsonNode shown = await member.AskAsync("share", "show", id);
        AssertFields(shown, ("name", "papers"), ("description", "d"), ("task_state", null));
        Assert.Equal("""{"of":"me"}""", shown["properties"]!.ToJsonString());

        await member.RunAsync("share", "unset", "papers", "--description", "--property", "of");
        shown = await member.AskAsync("share", "show", "papers");
        AssertFields(shown, ("id", id), ("description", null));
        Assert.Equal("{}", shown["properties"]!.ToJsonString());
        Assert.Contains(
            "(HTTP 403)",
            await cloud.Reader.FailAsync("share", "unset", id, "--name"),
            StringComparison.Ordinal
        );

        await cloud.Admin.RunAsync("share", "set", id, "--status", "error", "--task-state", "migration_success");
        AssertFields(
            await member.AskAsync("share", "show", id),
            ("status", "error"),
            ("task_state", "migration_success")
        );
        await cloud.Admin.RunAsync("share", "set", id, "--public", "true", "--status", "available");
        AssertFields(await cloud.Stranger.AskAsync("share", "show", id), ("name", "papers"), ("is_public", "true"));
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AMessageIsListedShownAndDeleted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        await cloud.CreateShareAsync("docs");
        string backup = await cloud.CreateBackupAsync("docs");
        string[] list = ["share", "message", "list"];

        JsonNode rows = await cloud.Member.AskAsync([.. list, "--resource-id", backup]);
        JsonNode row = Assert.Single(rows.AsArray())!;
        AssertFields(row, ("Resource Type", "SHARE_BACKUP"), ("Action ID", "002"), ("Detail ID", "903"));
        string id = Text(row, "ID");
        Assert.Equal([id], Column(await cloud.Reader.AskAsync([.. list, "--message-level", "INFO"]), "ID"));
        Assert.Empty((await cloud.Member.AskAsync([.. list, "--message-level", "ERROR"])).AsArray());
        Assert.Empty((await cloud.Member.AskAsync([.. list, "--before", "2020-01-01T00:00:00"])).AsArray());
        Assert.Empty((await cloud.Stranger.AskAsync(list)).AsArray());

        JsonNode shown = await cloud.Member.AskAsync("share", "message", "show", id);
        AssertFields(shown, ("id", id), ("resource_id", backup), ("message_level", "INFO"));
        Assert.StartsWith("create: ", Text(shown, "user_message"), StringComparison.Ordinal);
        await cloud.Stranger.FailAsync("share", "message", "show", id);
        await cloud.Reader.FailAsync("share", "message", "delete", id);
        await cloud.Member.RunAsync("share", "message", "delete", id);
        Assert.Empty((await cloud.Member.AskAsync(list)).AsArray());
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ServicesAndZonesAreListed(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        string[] list = ["share", "service", "list"];
        JsonNode rows = await cloud.Admin.AskAsync(list);
        Assert.Equal(["manila-data", "manila-scheduler", "manila-share"], Column(rows, "Binary").Order());
        Assert.All(rows.AsArray(), row => AssertFields(row!, ("State", "up"), ("Status", "enabled"), ("Zone", "nova")));
        JsonNode share = Assert.Single((await cloud.Admin.AskAsync([.. list, "--binary", "manila-share"])).AsArray())!;
        AssertFields(share, ("Host", $"{Environment.MachineName}@holdfast"));
        Assert.Empty((await cloud.Admin.AskAsync([.. list, "--state", "down"])).AsArray());
        Assert.Contains("(HTTP 403)", await cloud.Member.FailAsync(list), StringComparison.Ordinal);

        JsonNode zones = await cloud.Member.AskAsync("share", "availability", "zone", "list");
        Assert.Equal(["nova"], Column(zones, "Name"));
    }
}
