using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

public sealed class ShareSnapshotsTests : ManilaTests
{
    private const string Detail = "/v2/snapshots/detail";

    // Keys by the minor version that brought them.
    private static readonly (int Since, string[] Keys)[] ByVersion =
    [
        (
            0,
            [
                "id",
                "share_id",
                "share_size",
                "created_at",
                "status",
                "name",
                "description",
                "size",
                "share_proto",
                "links",
            ]
        ),
        (17, ["user_id", "project_id"]),
        (73, ["metadata"]),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(17)]
    [InlineData(72)]
    [InlineData(73)]
    [InlineData(99)]
    public async Task A_snapshot_has_the_keys_of_its_version(int minor)
    {
        ShareSnapshot made = await World.AddShareSnapshotAsync(await World.AddShareAsync());
        string[] keys = [.. ByVersion.Where(one => one.Since <= minor).SelectMany(one => one.Keys)];
        foreach (string token in new[] { "member", "admin" })
        {
            Answer answer = await Host.SendAsync("GET", $"/v2/snapshots/{made.Id}", null, token, $"2.{minor}");
            string[] due = token == "admin" && minor >= 12 ? [.. keys, "provider_location"] : keys;
            Assert.Equal(due.Order(), Keys(answer.Json["snapshot"]));
        }
    }

    [Fact]
    public async Task Create_answers_202_with_a_snapshot_that_is_being_made()
    {
        Share share = await World.AddShareAsync(size: 3);
        Answer answer = await CreateAsync(
            share.Id,
            ",\"name\":\"n\",\"description\":\"d\",\"force\":false,\"metadata\":{\"a\":\"b\",\"c\":1}"
        );
        Assert.Equal(202, answer.Code);
        JsonNode made = answer.Json["snapshot"]!;
        Assert.Equal(
            ("creating", "n", "d", "NFS"),
            (Text(made, "status"), Text(made, "name"), Text(made, "description"), Text(made, "share_proto"))
        );
        Assert.Equal((3, 3, share.Id), ((int)made["size"]!, (int)made["share_size"]!, Text(made, "share_id")));
        Assert.Equal("""{"a":"b","c":"1"}""", made["metadata"]!.ToJsonString());
        Operation queued = Assert.Single(await World.QueuedAsync());
        Assert.Equal(
            (OperationKind.CreateSnapshot, Text(made, "id"), share.Root),
            (queued.Kind, queued.SnapshotId, queued.Root)
        );
    }

    [Fact]
    public async Task A_share_that_is_not_available_has_none_taken()
    {
        foreach (string status in new[] { "error", "creating", "backup_creating", "backup_restoring_error" })
        {
            Share share = await World.AddShareAsync(status: status);
            AssertFault(await CreateAsync(share.Id), 400, "Invalid share: Source share status must be available.");
        }
        Assert.Empty(await World.QueuedAsync());
    }

    [Fact]
    public async Task A_share_of_a_type_without_snapshots_has_none_taken()
    {
        await World.Catalog.WriteAsync(
            session =>
                session.ExecuteAsync(
                    "UPDATE share_types SET extra_specs = @specs",
                    new { specs = """{"snapshot_support":"False"}""" }
                ),
            CancellationToken.None
        );
        Share share = await World.AddShareAsync();
        AssertFault(
            await CreateAsync(share.Id),
            422,
            $"Snapshots cannot be created for share '{share.Id}' since it does not have that capability."
        );
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("PUT", """{"snapshot":{"name":"n"}}""")]
    [InlineData("DELETE", null)]
    public async Task Of_an_unknown_one_nothing_is_said(string method, string? body) =>
        AssertFault(await Host.SendAsync(method, "/v2/snapshots/none", body), 404, "The resource could not be found.");

    [Fact]
    public async Task What_a_create_needs()
    {
        AssertFault(
            await Host.SendAsync("POST", "/v2/snapshots", """{"share":{}}"""),
            422,
            "Body does not contain 'snapshot' information."
        );
        AssertFault(
            await Host.SendAsync("POST", "/v2/snapshots", """{"snapshot":{}}"""),
            400,
            "'share_id' is missing from the request body."
        );
        AssertFault(await CreateAsync("none"), 404, "Share none could not be found.");
        Share open = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);
        AssertFault(await CreateAsync(open.Id), 403, Denied);
        Share mine = await World.AddShareAsync();
        AssertFault(await CreateAsync(mine.Id, ",\"metadata\":{\"a\":\"\"}"), 400, "Metadata property value is blank.");
    }

    [Theory]
    [InlineData(
        "snapshots",
        "SnapshotLimitExceeded: Maximum number of snapshots allowed (1) either per project/user or share type quota is exceeded."
    )]
    [InlineData(
        "snapshot_gigabytes",
        "SnapshotSizeExceedsAvailableQuota: Requested snapshot exceeds allowed project/user or share type gigabytes quota."
    )]
    public async Task A_quota_holds(string resource, string message)
    {
        await World.Catalog.WriteAsync(
            session => session.Quotas.SetAsync(new QuotaScope(ApiHost.Project), resource, 1),
            CancellationToken.None
        );
        Share share = await World.AddShareAsync();
        Assert.Equal(202, (await CreateAsync(share.Id)).Code);
        AssertFault(await CreateAsync(share.Id), 413, message);
    }

    [Fact]
    public async Task A_share_with_a_snapshot_of_any_status_is_kept_and_not_backed_up()
    {
        foreach (string status in new[] { "available", "error", "deleting" })
        {
            Share share = await World.AddShareAsync();
            await World.AddShareSnapshotAsync(share, row => row with { Status = status });
            AssertFault(
                await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}"),
                403,
                "Invalid share: Share still has 1 dependent snapshots."
            );
            AssertFault(
                await Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", """{"unmanage":null}""", "admin"),
                403,
                $"Share '{share.Id}' can not be unmanaged because it has '1' dependent snapshot(s)."
            );
            AssertFault(
                await Host.SendAsync(
                    "POST",
                    "/v2/share-backups",
                    $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"}}"""
                ),
                400,
                $"Cannot backup share {share.Id} while it has snapshots."
            );
        }
    }

    [Fact]
    public async Task Name_and_description_change()
    {
        ShareSnapshot made = await World.AddShareSnapshotAsync(await World.AddShareAsync());
        string path = $"/v2/snapshots/{made.Id}";
        Answer answer = await Host.SendAsync(
            "PUT",
            path,
            """{"snapshot":{"display_name":"n","display_description":"d"}}"""
        );
        Assert.Equal(
            (200, "n", "d"),
            (answer.Code, Text(answer.Json["snapshot"], "name"), Text(answer.Json["snapshot"], "description"))
        );
        answer = await Host.SendAsync("PUT", path, """{"snapshot":{"name":"m"}}""");
        Assert.Equal(("m", "d"), (Text(answer.Json["snapshot"], "name"), Text(answer.Json["snapshot"], "description")));
        answer = await Host.SendAsync("GET", path);
        Assert.Equal("m", Text(answer.Json["snapshot"], "name"));
    }

    [Fact]
    public async Task Only_what_rests_is_deleted_unless_by_force()
    {
        Share share = await World.AddShareAsync();
        string id = Text((await CreateAsync(share.Id)).Json["snapshot"], "id")!;
        Operation create = Assert.Single(await World.QueuedAsync());
        AssertFault(
            await Host.SendAsync("DELETE", $"/v2/snapshots/{id}"),
            400,
            "Invalid share snapshot: Share Snapshot status must be one of available, error, error_deleting."
        );
        AssertAccepted(
            await Host.SendAsync("POST", $"/v2/snapshots/{id}/action", """{"force_delete":null}""", "admin")
        );
        Operation delete = Assert.Single(await World.QueuedAsync());
        Assert.Equal((OperationKind.DeleteSnapshot, id), (delete.Kind, delete.SnapshotId));
        Operation? cancelled = await World.Catalog.ReadAsync(s => s.Operations.FindAsync(create.Id), default);
        Assert.Equal(OperationStatus.Cancelled, cancelled!.Status);
        Assert.Equal("deleting", Text((await Host.SendAsync("GET", $"/v2/snapshots/{id}")).Json["snapshot"], "status"));
    }

    [Fact]
    public async Task An_administrator_sets_the_status()
    {
        Share share = await World.AddShareAsync();
        string id = Text((await CreateAsync(share.Id)).Json["snapshot"], "id")!;
        string path = $"/v2/snapshots/{id}/action";
        AssertFault(
            await Host.SendAsync("POST", path, """{"reset_status":{"status":"odd"}}""", "admin"),
            400,
            "Invalid state. Valid states: available, creating, deleting, error, error_deleting, manage_error, "
                + "manage_starting, migrating, migrating_to, restoring, unmanage_error, unmanage_starting."
        );
        AssertAccepted(await Host.SendAsync("POST", path, """{"reset_status":{"status":"available"}}""", "admin"));
        Assert.Empty(await World.QueuedAsync());
        AssertAccepted(await Host.SendAsync("DELETE", $"/v2/snapshots/{id}"));
    }

    [Fact]
    public async Task A_reset_of_the_share_leaves_its_snapshots_alone()
    {
        Share share = await World.AddShareAsync();
        await CreateAsync(share.Id);
        await Host.SendAsync(
            "POST",
            $"/v2/shares/{share.Id}/action",
            """{"reset_status":{"status":"error"}}""",
            "admin"
        );
        Assert.Equal(OperationKind.CreateSnapshot, Assert.Single(await World.QueuedAsync()).Kind);
    }

    [Theory]
    [InlineData("null", "Revert entity not found in request body.")]
    [InlineData("{}", "Required parameter snapshot_id not found.")]
    [InlineData("""{"snapshot_id":""}""", "Required parameter snapshot_id is empty.")]
    [InlineData("""{"snapshot_id":"none"}""", "Snapshot none could not be found.")]
    public async Task What_a_revert_needs(string revert, string message)
    {
        Share share = await World.AddShareAsync();
        string body = $$"""{"revert":{{revert}}}""";
        AssertFault(await Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", body), 400, message);
    }

    [Fact]
    public async Task No_share_is_reverted_and_no_snapshot_mounted_whatever_the_type_says()
    {
        ShareType type = await World.AddTypeAsync(
            specs: [("revert_to_snapshot_support", "True"), ("mount_snapshot_support", "True")]
        );
        Share share = await World.AddShareAsync(change: row => row with { ShareTypeId = type.Id });
        ShareSnapshot made = await World.AddShareSnapshotAsync(share);
        string revert = $$$"""{"revert":{"snapshot_id":"{{{made.Id}}}"} }""";
        AssertFault(
            await Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", revert),
            400,
            $"Share {share.Id} may not be reverted to snapshot {made.Id}, because the share does not have that capability."
        );
        AssertFault(
            await Host.SendAsync("POST", "/v2/shares/none/action", revert),
            404,
            "Share none could not be found."
        );
        Assert.Equal(
            404,
            (await Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", revert, version: "2.26")).Code
        );
        string message =
            $"Cannot control access to the snapshot {made.Id} since the parent share {share.Id} does not support mounting "
            + "its snapshots.";
        string path = $"/v2/snapshots/{made.Id}";
        AssertFault(await Host.SendAsync("GET", $"{path}/access-list"), 400, message);
        AssertFault(await Host.SendAsync("POST", $"{path}/action", """{"allow_access":{}}"""), 400, message);
        AssertFault(await Host.SendAsync("POST", $"{path}/action", """{"deny_access":{}}"""), 400, message);
        Assert.Empty(await World.QueuedAsync());
    }

    [Fact]
    public async Task Metadata_is_set_shown_replaced_and_removed()
    {
        ShareSnapshot made = await World.AddShareSnapshotAsync(await World.AddShareAsync());
        string path = $"/v2/snapshots/{made.Id}/metadata";
        Assert.Equal(
            """{"metadata":{"a":"1"}}""",
            (await Host.SendAsync("POST", path, """{"metadata":{"a":1}}""")).Text
        );
        Assert.Equal(
            """{"metadata":{"a":"1","b":"2"}}""",
            (await Host.SendAsync("POST", path + "/b", """{"metadata":{"b":"2"}}""")).Text
        );
        Assert.Equal("""{"meta":{"b":"2"}}""", (await Host.SendAsync("GET", path + "/b")).Text);
        Assert.Equal(
            """{"metadata":{"c":"3"}}""",
            (await Host.SendAsync("PUT", path, """{"metadata":{"c":"3"}}""")).Text
        );
        Answer removed = await Host.SendAsync("DELETE", path + "/c");
        Assert.Equal((200, ""), (removed.Code, removed.Text));
        Assert.Equal("""{"metadata":{}}""", (await Host.SendAsync("GET", path)).Text);
        AssertFault(await Host.SendAsync("DELETE", path + "/c"), 404, "Metadata item is not found.");
        AssertFault(await Host.SendAsync("GET", path + "/c"), 404, "Metadata item is not found.");
        AssertFault(
            await Host.SendAsync("POST", path + "/b", """{"metadata":{"c":"2"}}"""),
            400,
            "Request body and URI mismatch"
        );
        AssertFault(
            await Host.SendAsync("POST", path + "/b", """{"metadata":{"b":"1","c":"2"}}"""),
            400,
            "Request body contains too many items"
        );
        AssertFault(await Host.SendAsync("POST", path, "{}"), 400, "Malformed request body");
        Assert.Equal(404, (await Host.SendAsync("GET", path, version: "2.72")).Code);
    }

    [Theory]
    [InlineData("", "first second")]
    [InlineData("name=first", "first")]
    [InlineData("name~=IRS", "first")]
    [InlineData("description=d2", "second")]
    [InlineData("description~=d", "first second")]
    [InlineData("status=ERROR", "second")]
    [InlineData("size=2", "second")]
    [InlineData("share_id=none", "")]
    [InlineData("metadata={'k':'1'}", "first")]
    [InlineData("metadata={'$[':'1'}", "")]
    [InlineData("all_tenants=1", "first second")]
    public async Task Filters(string query, string names)
    {
        await FillAsync();
        Assert.Equal(names, await NamesAsync(query));
    }

    [Fact]
    public async Task An_administrator_lists_all_projects()
    {
        await FillAsync();
        Assert.Equal("first hidden second", await NamesAsync("all_tenants=1", "admin"));
        Assert.Equal("hidden", await NamesAsync("", "other"));
    }

    [Fact]
    public async Task Pages_follow_their_links_and_count_the_whole()
    {
        await FillAsync();
        Answer page = await Host.SendAsync("GET", Detail + "?limit=1&sort_key=name&sort_dir=asc&with_count=true");
        Assert.Equal(["count", "share_snapshots_links", "snapshots"], Keys(page.Json));
        Assert.Equal(2, (int)page.Json["count"]!);
        Assert.Equal("first", Text(page.Json["snapshots"]![0], "name"));
        string next = Text(page.Json["share_snapshots_links"]![0], "href")![ApiHost.PublicUrl.Length..];
        page = await Host.SendAsync("GET", next);
        Assert.Equal("second", Text(page.Json["snapshots"]![0], "name"));
        Assert.Equal(
            ["snapshots"],
            Keys((await Host.SendAsync("GET", Detail + "?with_count=true", version: "2.78")).Json)
        );
        AssertFault(
            await Host.SendAsync("GET", Detail + "?sort_key=odd"),
            400,
            "Invalid input received: Wrong sorting data provided: sort key is 'odd' and sort direction is 'desc'."
        );
    }

    [Fact]
    public async Task The_short_list_has_id_name_and_links()
    {
        await FillAsync();
        Answer answer = await Host.SendAsync("GET", "/v2/snapshots");
        Assert.Equal(["snapshots"], Keys(answer.Json));
        Assert.Equal(["id", "links", "name"], Keys(answer.Json["snapshots"]![0]));
    }

    private async Task FillAsync()
    {
        Share share = await World.AddShareAsync();
        await World.AddShareSnapshotAsync(
            share,
            row =>
                row with
                {
                    Name = "first",
                    Description = "d1",
                    Metadata = new Dictionary<string, string> { ["k"] = "1" },
                }
        );
        await World.AddShareSnapshotAsync(
            share,
            row => row with { Name = "second", Description = "d2", Size = 2, Status = "error" }
        );
        await World.AddShareSnapshotAsync(
            await World.AddShareAsync(ApiHost.OtherProject),
            row => row with { Name = "hidden" }
        );
    }

    private async Task<string> NamesAsync(string query, string token = "member")
    {
        Answer answer = await Host.SendAsync("GET", $"{Detail}?{query}", token: token);
        Assert.Equal(200, answer.Code);
        return string.Join(' ', answer.Json["snapshots"]!.AsArray().Select(row => Text(row, "name")).Order());
    }

    private Task<Answer> CreateAsync(string shareId, string more = "") =>
        Host.SendAsync("POST", "/v2/snapshots", $$$"""{"snapshot":{"share_id":"{{{shareId}}}"{{{more}}}}}""");
}
