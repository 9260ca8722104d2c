using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary><c>openstack share snapshot</c>, and shares made of snapshots, as newer releases' stock clients send them.</summary>
[Trait("e2e", "clients")]
public sealed class ShareSnapshotCommandTests
{
    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ASnapshotIsMadeShownChangedAndDeleted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient member = cloud.Member;
        Share share = await cloud.CreateShareAsync("docs");
        string[] texts = ["--name", "then", "--description", "before März", "--property", "of=me"];
        JsonNode made = await member.AskAsync(["share", "snapshot", "create", "docs", .. texts, "--wait"]);
        string id = Text(made, "id");
        AssertFields(made, ("status", "available"), ("share_id", share.Id), ("name", "then"), ("size", "1"));

        JsonNode shown = await member.AskAsync("share", "snapshot", "show", "then");
        AssertFields(shown, ("id", id), ("description", "before März"), ("share_proto", "NFS"));
        Assert.Equal("""{"of":"me"}""", shown["properties"]!.ToJsonString());
        Assert.Equal("[]", shown["export_locations"]!.ToJsonString());
        Assert.Equal(["then"], Column(await ListAsync(member), "Name"));
        Assert.Equal([id], Column(await ListAsync(member, "--share", "docs", "--detail"), "ID"));
        Assert.Empty((await ListAsync(member, "--status", "error")).AsArray());
        Assert.Empty((await ListAsync(cloud.Stranger)).AsArray());

        string[] changes = ["--name", "now", "--description", "after", "--property", "more=x"];
        await member.RunAsync(["share", "snapshot", "set", "then", .. changes]);
        shown = await cloud.Reader.AskAsync("share", "snapshot", "show", id);
        AssertFields(shown, ("name", "now"), ("description", "after"));
        Assert.Equal("""{"of":"me","more":"x"}""", shown["properties"]!.ToJsonString());
        await member.RunAsync("share", "snapshot", "unset", "now", "--name", "--description", "--property", "of");
        shown = await member.AskAsync("share", "snapshot", "show", id);
        AssertFields(shown, ("name", null), ("description", null));
        Assert.Equal("""{"more":"x"}""", shown["properties"]!.ToJsonString());

        string[] reset = ["share", "snapshot", "set", id, "--status", "error"];
        Assert.Contains("(HTTP 403)", await member.FailAsync(reset), StringComparison.Ordinal);
        await cloud.Admin.RunAsync(reset);
        AssertFields(await member.AskAsync("share", "snapshot", "show", id), ("status", "error"));
        Assert.Contains(
            "Share still has 1 dependent snapshots.",
            await member.FailAsync("share", "delete", "docs"),
            StringComparison.Ordinal
        );
        await member.RunAsync("share", "snapshot", "delete", id, "--wait");
        Assert.Empty((await ListAsync(member)).AsArray());
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AShareIsMadeOfASnapshotAndNoneIsRevertedOrMounted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient member = cloud.Member;
        Share docs = await cloud.CreateShareAsync("docs");
        await File.WriteAllTextAsync(Path.Combine(docs.Directory, "file"), "worth keeping\n");
        await member.RunAsync("share", "snapshot", "create", "docs", "--name", "then", "--wait");
        await File.WriteAllTextAsync(Path.Combine(docs.Directory, "file"), "spoilt\n");
        string id = Text(await member.AskAsync("share", "snapshot", "show", "then"), "id");

        string[] create = ["share", "create", "NFS", "1", "--name", "copy", "--snapshot-id", "then", "--wait"];
        JsonNode made = await member.AskAsync(create);
        AssertFields(made, ("status", "available"), ("snapshot_id", id), ("share_type_name", "default"));
        string file = Path.Combine(Path.GetDirectoryName(docs.Directory)!, Text(made, "id"), "file");
        Assert.Equal("worth keeping\n", await File.ReadAllTextAsync(file));
        Assert.Equal(["copy"], Column(await member.AskAsync("share", "list", "--snapshot", "then"), "Name"));

        Assert.Contains(
            "because the share does not have that capability.",
            await member.FailAsync("share", "revert", "then"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "does not support mounting its snapshots.",
            await member.FailAsync("share", "snapshot", "access", "create", "then", "ip", "10.0.0.1"),
            StringComparison.Ordinal
        );
        await member.RunAsync("share", "delete", "copy", "--wait");
        await member.RunAsync("share", "snapshot", "delete", "then", "--wait");
    }

    private static Task<JsonNode> ListAsync(StockClient client, params string[] options) =>
        client.AskAsync(["share", "snapshot", "list", .. options]);
}
