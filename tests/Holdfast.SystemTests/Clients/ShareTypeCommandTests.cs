using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary><c>openstack share type</c>, as newer releases' stock clients send it.</summary>
[Trait("e2e", "clients")]
public sealed class ShareTypeCommandTests
{
    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ATypeIsMadeGivenUsedAndDeleted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient admin = cloud.Admin;
        string[] capabilities =
        [
            "--snapshot-support",
            "true",
            "--create-share-from-snapshot-support",
            "false",
            "--revert-to-snapshot-support",
            "false",
            "--mount-snapshot-support",
            "false",
        ];
        string[] create = ["share", "type", "create", "fast", "false", "--description", "d", "--public", "false"];
        JsonNode made = await admin.AskAsync([.. create, .. capabilities, "--extra-specs", "tier=gold"]);
        AssertFields(made, ("name", "fast"), ("visibility", "private"), ("is_default", "false"), ("description", "d"));
        AssertFields(made["required_extra_specs"]!, ("driver_handles_share_servers", "False"));
        AssertFields(made["optional_extra_specs"]!, ("tier", "gold"), ("snapshot_support", "True"));
        AssertFields(made["optional_extra_specs"]!, ("revert_to_snapshot_support", "False"));
        Assert.Equal(made.ToJsonString(), (await admin.AskAsync("share", "type", "show", "fast")).ToJsonString());

        string[] list = ["share", "type", "list"];
        Assert.Equal(["default"], Column(await cloud.Member.AskAsync(list), "Name"));
        await admin.RunAsync("share", "type", "access", "create", "fast", cloud.Project);
        JsonNode access = await admin.AskAsync("share", "type", "access", "list", "fast");
        Assert.Equal([cloud.Project], Column(access, "Project ID"));
        Assert.Equal(["default", "fast"], Column(await cloud.Member.AskAsync(list), "Name").Order());

        string[] share = ["share", "create", "NFS", "1", "--name", "docs", "--share-type", "fast", "--wait"];
        AssertFields(await cloud.Member.AskAsync(share), ("share_type_name", "fast"), ("status", "available"));
        await admin.RunAsync("share", "type", "access", "delete", "fast", cloud.Project);
        Assert.Equal(["default"], Column(await cloud.Member.AskAsync(list), "Name"));

        string[] changes =
        [
            "--name",
            "quick",
            "--description",
            "dd",
            "--public",
            "true",
            "--extra-specs",
            "tier=silver",
        ];
        await admin.RunAsync(["share", "type", "set", "fast", .. changes]);
        JsonNode changed = await cloud.Member.AskAsync("share", "type", "show", "quick");
        AssertFields(changed, ("id", Text(made, "id")), ("visibility", "public"), ("description", "dd"));
        Assert.Equal(["quick"], Column(await admin.AskAsync([.. list, "--extra-specs", "tier=silver"]), "Name"));
        await admin.RunAsync("share", "type", "unset", "quick", "tier");
        JsonNode unset = await admin.AskAsync("share", "type", "show", "quick");
        Assert.DoesNotContain("tier", Fields(unset["optional_extra_specs"]!));

        Assert.Contains(
            "(HTTP 400)",
            await admin.FailAsync("share", "type", "delete", "quick"),
            StringComparison.Ordinal
        );
        await cloud.Member.RunAsync("share", "delete", "docs", "--wait");
        await admin.RunAsync("share", "type", "delete", "quick");
        Assert.Equal(["default"], Column(await admin.AskAsync([.. list, "--all"]), "Name"));
        Assert.Contains(
            "(HTTP 403)",
            await cloud.Member.FailAsync("share", "type", "create", "mine", "false"),
            StringComparison.Ordinal
        );
    }
}
