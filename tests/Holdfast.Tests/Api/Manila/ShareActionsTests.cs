using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>What is done to a share by an action: its size, its recycle bin, the administrator's ways out.</summary>
public sealed class ShareActionsTests : ManilaTests
{
    private const string Busy =
        "Share is busy with an active task: Share {0} is busy as part of an active task: data_copying_starting.";

    [Theory]
    [InlineData("2.6", """{"os-extend":{"new_size":5}}""", 5)]
    [InlineData("2.7", """{"extend":{"new_size":"5"}}""", 5)]
    [InlineData("2.63", """{"extend":{"new_size":5,"force":"x"}}""", 5)]
    [InlineData("2.64", """{"extend":{"new_size":5,"force":false}}""", 5)]
    [InlineData("2.6", """{"os-shrink":{"new_size":2}}""", 2)]
    [InlineData("2.7", """{"shrink":{"new_size":"2"}}""", 2)]
    public async Task A_size_is_changed_at_once(string version, string body, int size)
    {
        Share share = await World.AddShareAsync(size: 3);
        AssertAccepted(await ActAsync(share, body, version: version));
        Share after = (await World.Catalog.ShareAsync(share.Id))!;
        Assert.Equal((size, ShareStatus.Available), (after.Size, after.Status));
        Assert.Empty(await World.QueuedAsync());
    }

    [Theory]
    [InlineData("""{"extend":{}}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":null}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":{"new_size":-5}}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":{"new_size":1.5}}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":{"new_size":99999999999}}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":{"new_size":[]}}""", "New share size must be specified as an integer.")]
    [InlineData("""{"extend":{"new_size":5,"force":"x"}}""", "Invalid boolean force : \"x\"")]
    [InlineData(
        """{"extend":{"new_size":3}}""",
        "Invalid input received: New size for extend must be greater than current size. (current: 3, extended: 3)."
    )]
    [InlineData(
        """{"shrink":{"new_size":3}}""",
        "Invalid input received: New size for shrink must be less than current size and greater than 0 (current: 3, "
            + "new: 3)."
    )]
    [InlineData(
        """{"shrink":{"new_size":0}}""",
        "Invalid input received: New size for shrink must be less than current size and greater than 0 (current: 3, "
            + "new: 0)."
    )]
    public async Task Sizes_that_are_refused(string body, string message)
    {
        Share share = await World.AddShareAsync(size: 3);
        AssertFault(await ActAsync(share, body), 400, message);
        Assert.Equal(3, (await World.Catalog.ShareAsync(share.Id))!.Size);
    }

    [Theory]
    [InlineData("backup_creating")]
    [InlineData("backup_restoring")]
    [InlineData("error")]
    public async Task A_share_at_work_keeps_its_size(string status)
    {
        Share share = await World.AddShareAsync(size: 3, status: status);
        AssertFault(
            await ActAsync(share, """{"extend":{"new_size":5}}"""),
            400,
            $"Invalid share: Share {share.Id} status must be 'available' to extend, but current status is: {status}."
        );
        Assert.Equal(400, (await ActAsync(share, """{"shrink":{"new_size":1}}""")).Code);
        Assert.Equal(3, (await World.Catalog.ShareAsync(share.Id))!.Size);
    }

    [Fact]
    public async Task Force_is_the_administrators()
    {
        Share share = await World.AddShareAsync();
        const string body = """{"extend":{"new_size":2,"force":true}}""";
        AssertFault(await ActAsync(share, body), 403, Denied);
        AssertAccepted(await ActAsync(share, body, "admin"));
    }

    [Theory]
    [InlineData("member", 4, 202)]
    [InlineData("member", 5, 400)]
    [InlineData("admin", 6, 202)]
    [InlineData("admin", 7, 400)]
    public async Task A_types_sizes_hold_for_its_shares(string token, int size, int status)
    {
        ShareType type = await World.AddTypeAsync(
            specs:
            [
                ("provisioning:max_share_size", "4"),
                ("provisioning:max_share_extend_size", "6"),
                ("provisioning:min_share_size", "2"),
            ]
        );
        Share share = Rows.Share(Guid.NewGuid().ToString()) with
        {
            ProjectId = ApiHost.Project,
            ShareTypeId = type.Id,
            Size = 3,
        };
        await World.Catalog.AddSharesAsync(share);
        Assert.Equal(400, (await ActAsync(share, """{"shrink":{"new_size":1}}""")).Code);
        Assert.Equal(status, (await ActAsync(share, $$$"""{"extend":{"new_size":{{{size}}} } }""", token)).Code);
    }

    [Fact]
    public async Task Beyond_the_quota_a_share_does_not_grow()
    {
        Share share = await World.AddShareAsync();
        Answer answer = await ActAsync(share, """{"extend":{"new_size":100000}}""");
        Assert.Equal((403, "forbidden"), (answer.Code, answer.Fault?.Key));
        Assert.Equal(1, (await World.Catalog.ShareAsync(share.Id))!.Size);
    }

    [Fact]
    public async Task A_task_by_hand_keeps_everything_else_off_the_share()
    {
        Share share = await World.AddShareAsync(size: 3);
        string busy = Busy.Replace("{0}", share.Id);
        AssertAccepted(await TaskAsync("\"data_copying_starting\""));
        JsonNode shown = (await Host.SendAsync("GET", $"/v2/shares/{share.Id}")).Json["share"]!;
        Assert.Equal("data_copying_starting", Text(shown, "task_state"));

        string backup = $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"} }""";
        AssertFault(await Host.SendAsync("POST", "/v2/share-backups", backup), 409, busy);
        AssertFault(await ActAsync(share, """{"extend":{"new_size":5}}"""), 400, busy);
        AssertFault(await ActAsync(share, """{"shrink":{"new_size":1}}"""), 400, busy);
        AssertFault(await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}"), 400, busy);
        AssertFault(await ActAsync(share, """{"force_delete":null}""", "admin"), 400, busy);
        AssertFault(await ActAsync(share, """{"soft_delete":null}"""), 403, busy);

        AssertAccepted(await TaskAsync("null"));
        Assert.Equal(202, (await Host.SendAsync("POST", "/v2/share-backups", backup)).Code);

        Task<Answer> TaskAsync(string state) =>
            ActAsync(share, $$$"""{"reset_task_state":{"task_state":{{{state}}} } }""", "admin");
    }

    [Theory]
    [InlineData("2.95", null, 404)]
    [InlineData("2.95", "true", 202)]
    [InlineData("2.96", null, 202)]
    [InlineData("2.21", "true", 404)]
    public async Task Resetting_the_task_was_an_experiment_until_2_95(string version, string? experimental, int status)
    {
        Share share = await World.AddShareAsync();
        Answer answer = await Host.SendAsync(
            "POST",
            $"/v2/shares/{share.Id}/action",
            """{"reset_task_state":{"task_state":"migration_success"}}""",
            "admin",
            version,
            experimental
        );
        Assert.Equal(status, answer.Code);
    }

    [Theory]
    [InlineData("{}", "Must specify 'task_state'")]
    [InlineData("null", "Must specify 'task_state'")]
    [InlineData("""{"task_state":"sleeping"}""", "Invalid state. Valid states: migration_starting, ")]
    [InlineData("""{"task_state":5}""", "Invalid state. Valid states: migration_starting, ")]
    public async Task No_task(string value, string message)
    {
        Share share = await World.AddShareAsync();
        Answer answer = await ActAsync(share, $$$"""{"reset_task_state":{{{value}}}}""", "admin");
        Assert.Equal(400, answer.Code);
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.6", "os-force_delete")]
    [InlineData("2.7", "force_delete")]
    public async Task By_force_a_share_is_deleted_whatever_its_status(string version, string action)
    {
        Share share = await World.AddShareAsync(status: "migrating");
        Assert.Equal(403, (await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}")).Code);
        AssertAccepted(await ActAsync(share, $$$"""{"{{{action}}}":null}""", "admin", version));
        Operation queued = Assert.Single(await World.QueuedAsync());
        Assert.Equal((OperationKind.DeleteShare, share.Id), (queued.Kind, queued.ShareId));
        Assert.Equal(ShareStatus.Deleting, (await World.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task Force_ends_what_runs_and_spares_what_backups_need()
    {
        Answer made = await Host.SendAsync("POST", "/v2/shares", """{"share":{"share_proto":"NFS","size":1}}""");
        string id = Text(made.Json["share"], "id")!;
        Share share = (await World.Catalog.ShareAsync(id))!;
        AssertAccepted(await ActAsync(share, """{"force_delete":null}""", "admin"));
        Assert.Equal(OperationKind.DeleteShare, Assert.Single(await World.QueuedAsync()).Kind);

        Share backedUp = await World.AddShareAsync();
        await World.AddBackupAsync(backedUp);
        AssertFault(
            await ActAsync(backedUp, """{"force_delete":null}""", "admin"),
            403,
            "Invalid share: Share still has 1 dependent backups."
        );
        Share unknown = Rows.Share("nope");
        AssertFault(
            await ActAsync(unknown, """{"force_delete":null}""", "admin"),
            404,
            "Share nope could not be found."
        );
    }

    [Fact]
    public async Task A_soft_deleted_share_is_in_the_recycle_bin_and_comes_back_whole()
    {
        Share share = await World.AddShareAsync();
        AssertAccepted(await ActAsync(share, """{"soft_delete":null}"""));

        JsonNode shown = (await Host.SendAsync("GET", $"/v2/shares/{share.Id}")).Json["share"]!;
        Assert.True(shown["is_soft_deleted"]!.GetValue<bool>());
        Assert.NotNull(Text(shown, "scheduled_to_be_deleted_at"));
        Assert.Equal("available", Text(shown, "status"));
        Assert.Empty(await ListedAsync(""));
        Assert.Equal(share.Id, Assert.Single(await ListedAsync("?is_soft_deleted=True")));
        Assert.Empty(await ListedAsync("?is_soft_deleted=True", "2.68"));
        AssertFault(
            await ActAsync(share, """{"soft_delete":null}"""),
            403,
            "Invalid share: The share has been soft deleted already."
        );

        AssertAccepted(await ActAsync(share, """{"restore":null}"""));
        Assert.Equal(share.Id, Assert.Single(await ListedAsync("")));
        Answer again = await ActAsync(share, """{"restore":null}""");
        Assert.Equal((200, ""), (again.Code, again.Text));
    }

    [Fact]
    public async Task Nothing_is_done_with_a_soft_deleted_share_but_deleting_it()
    {
        Share share = await World.AddShareAsync(size: 3);
        Share other = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(other);
        await ActAsync(share, """{"soft_delete":null}""");

        string create = $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"} }""";
        AssertFault(
            await Host.SendAsync("POST", "/v2/share-backups", create),
            403,
            $"Backup can not be created for share '{share.Id}' since it has been soft deleted."
        );
        string restore = $$$"""{"restore":"{{{share.Id}}}"}""";
        AssertFault(
            await Host.SendAsync("POST", $"/v2/share-backups/{backup.Id}/action", restore),
            400,
            "Invalid share: Share to be restored to must be available."
        );
        Assert.Equal(403, (await ActAsync(share, """{"extend":{"new_size":5}}""")).Code);
        Assert.Equal(403, (await ActAsync(share, """{"shrink":{"new_size":1}}""")).Code);
        Assert.Equal(403, (await ActAsync(share, """{"unmanage":null}""", "admin")).Code);
        Assert.Equal(403, (await ActAsync(share, """{"reset_status":{"status":"error"}}""", "admin")).Code);
        Assert.Equal(403, (await ActAsync(share, """{"reset_task_state":{"task_state":null}}""", "admin")).Code);
        Answer update = await Host.SendAsync("PUT", $"/v2/shares/{share.Id}", """{"share":{"name":"x"}}""");
        AssertFault(update, 403, $"Share '{share.Id}' cannot be updated, since it has been soft deleted.");
        string metadata = $"/v2/shares/{share.Id}/metadata";
        string unchanged = $"Metadata of share '{share.Id}' cannot be changed, since it has been soft deleted.";
        const string pair = """{"metadata":{"key":"b"}}""";
        AssertFault(await Host.SendAsync("POST", metadata, pair), 403, unchanged);
        AssertFault(await Host.SendAsync("PUT", metadata, pair), 403, unchanged);
        AssertFault(await Host.SendAsync("PUT", $"{metadata}/key", pair), 403, unchanged);
        AssertFault(await Host.SendAsync("DELETE", $"{metadata}/key"), 403, unchanged);
        Assert.Equal(200, (await Host.SendAsync("GET", metadata)).Code);
        AssertAccepted(await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}"));
        AssertFault(
            await ActAsync(share, """{"restore":null}"""),
            403,
            $"Share {share.Id} is being deleted or has suffered an error during deletion, cannot be restored."
        );
    }

    [Fact]
    public async Task What_cannot_be_deleted_cannot_be_soft_deleted()
    {
        Share working = await World.AddShareAsync(status: "backup_creating");
        Assert.Equal(403, (await ActAsync(working, """{"soft_delete":null}""")).Code);
        Share backedUp = await World.AddShareAsync();
        await World.AddBackupAsync(backedUp);
        AssertFault(
            await ActAsync(backedUp, """{"soft_delete":null}"""),
            403,
            "Invalid share: Share still has 1 dependent backups."
        );
        string id = Guid.NewGuid().ToString();
        Share adopted = Rows.Share(id) with { ProjectId = ApiHost.Project, Adopted = true };
        await World.Catalog.AddSharesAsync(adopted);
        Assert.Contains(
            "unmanage it",
            (await ActAsync(adopted, """{"soft_delete":null}""")).Fault!.Value.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("allow_access")]
    [InlineData("access_list")]
    [InlineData("deny_access")]
    public async Task There_are_no_access_rules(string action)
    {
        Share share = await World.AddShareAsync();
        AssertFault(await ActAsync(share, $$$"""{"{{{action}}}":{} }"""), 400, $"There is no such action: {action}");
    }

    private Task<Answer> ActAsync(Share share, string body, string token = "member", string version = "2.91") =>
        Host.SendAsync("POST", $"/v2/shares/{share.Id}/action", body, token, version);

    private async Task<string[]> ListedAsync(string query, string version = "2.91")
    {
        Answer answer = await Host.SendAsync("GET", $"/v2/shares{query}", version: version);
        return [.. answer.Json["shares"]!.AsArray().Select(share => Text(share, "id")!)];
    }
}
