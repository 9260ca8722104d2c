using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary><c>openstack share quota</c>, as newer releases' stock clients send it.</summary>
[Trait("e2e", "clients")]
public sealed class ShareQuotaCommandTests
{
    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AQuotaIsShownSetHeldAndDeleted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient admin = cloud.Admin;
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "50"), ("gigabytes", "1000"), ("backups", "10"));

        await SetAsync(admin, "ours", "--shares", "1", "--gigabytes", "7", "--snapshots", "2");
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "1"), ("gigabytes", "7"), ("snapshots", "2"));
        AssertFields(await ShowAsync(admin, "theirs"), ("shares", "50"));
        AssertFields(await ShowAsync(admin, "ours", "--defaults"), ("shares", "50"));
        // By its id: a member may list no projects.
        AssertFields(await ShowAsync(cloud.Member, cloud.Project), ("shares", "1"));

        await cloud.CreateShareAsync("docs");
        JsonNode detail = await ShowAsync(admin, "ours", "--detail");
        Assert.Equal("in_use = 1\nlimit = 1\nreserved = 0", Text(detail, "shares"));
        Assert.Contains(
            "Maximum number of shares allowed (1)",
            await cloud.Member.FailAsync("share", "create", "NFS", "1"),
            StringComparison.Ordinal
        );
        Assert.Contains("(HTTP 400)", await FailToSetAsync(admin, "ours", "--shares", "0"), StringComparison.Ordinal);
        await SetAsync(admin, "ours", "--shares", "0", "--force");
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "0"));

        await admin.RunAsync("share", "quota", "delete", "ours");
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "50"), ("gigabytes", "1000"));
        Assert.Contains(
            "(HTTP 403)",
            await FailToSetAsync(cloud.Member, cloud.Project, "--shares", "9"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AUserAShareTypeAndTheClassHaveTheirOwn(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient admin = cloud.Admin;
        await SetAsync(admin, "ours", "--user", "member", "--shares", "3");
        AssertFields(await ShowAsync(admin, "ours", "--user", "member"), ("shares", "3"));
        await SetAsync(admin, "ours", "--share-type", "default", "--gigabytes", "4");
        AssertFields(await ShowAsync(admin, "ours", "--share-type", "default"), ("gigabytes", "4"));
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "50"), ("gigabytes", "1000"));

        await admin.RunAsync("share", "quota", "delete", "ours", "--user", "member");
        await admin.RunAsync("share", "quota", "delete", "ours", "--share-type", "default");
        AssertFields(await ShowAsync(admin, "ours", "--user", "member"), ("shares", "50"));
        AssertFields(await ShowAsync(admin, "ours", "--share-type", "default"), ("gigabytes", "1000"));

        await SetAsync(admin, "default", "--class", "--shares", "60");
        AssertFields(await ShowAsync(admin, "ours"), ("shares", "60"));
        AssertFields(await ShowAsync(admin, "theirs", "--defaults"), ("shares", "60"));
        Assert.Contains(
            "(HTTP 403)",
            await FailToSetAsync(cloud.Member, "default", "--class", "--shares", "9"),
            StringComparison.Ordinal
        );
    }

    private static Task<JsonNode> ShowAsync(StockClient client, string project, params string[] options) =>
        client.AskAsync(["share", "quota", "show", project, .. options]);

    private static Task<string> SetAsync(StockClient client, string project, params string[] options) =>
        client.RunAsync(["share", "quota", "set", project, .. options]);

    private static Task<string> FailToSetAsync(StockClient client, string project, params string[] options) =>
        client.FailAsync(["share", "quota", "set", project, .. options]);
}
