using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>What an operator's file gives and takes, seen by clients while the service runs.</summary>
public sealed class PolicyFileTests : ManilaTests
{
    [Fact]
    public async Task A_file_gives_a_right()
    {
        Share share = await World.AddShareAsync();
        string body = $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"}}""";
        Assert.Equal(403, (await Host.SendAsync("POST", "/v2/share-backups", body, "reader")).Code);

        Write("share_backup:create: rule:project-reader");

        await UntilAsync(202, () => Host.SendAsync("POST", "/v2/share-backups", body, "reader"));
        Assert.Equal(403, (await Host.SendAsync("POST", "/v2/share-backups", body, "guest")).Code);
    }

    [Fact]
    public async Task A_file_takes_a_right_and_its_end_gives_it_back()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Write("share_backup:get: \"!\"");
        await UntilAsync(403, () => Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}"));
        // Of an administrator too, and of a backup that is not there: permission is asked first.
        Assert.Equal(403, (await Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}", token: "admin")).Code);
        Assert.Equal(403, (await Host.SendAsync("GET", $"/v2/share-backups/{Guid.NewGuid()}")).Code);

        File.Delete(PolicyFile);
        await UntilAsync(200, () => Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}"));
    }

    [Fact]
    public async Task All_projects_may_be_listed_by_whom_the_rule_names()
    {
        Share foreign = await World.AddShareAsync(ApiHost.OtherProject);
        Backup backup = await World.AddBackupAsync(foreign);
        Assert.Empty(await ListAsync("reader"));

        Write("share_backup:get_all_project: role:reader");

        await Eventually.HoldsAsync(
            "the other project's backup in the list",
            async () => (await ListAsync("reader")).Contains(backup.Id)
        );
        // The list's rule says nothing of the single backup.
        Assert.Equal(404, (await Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}", token: "reader")).Code);
    }

    [Fact]
    public async Task Who_is_an_administrator_is_the_files_to_say_and_widens_what_is_seen()
    {
        Share foreign = await World.AddShareAsync(ApiHost.OtherProject);
        Backup backup = await World.AddBackupAsync(foreign);
        string path = $"/v2/share-backups/{backup.Id}";
        Assert.Equal(404, (await Host.SendAsync("GET", path)).Code);

        Write("context_is_admin: role:member");

        Answer seen = await UntilAsync(200, () => Host.SendAsync("GET", path));
        // Host and topic go by a rule of their own.
        Assert.Null(seen.Json["share_backup"]!["host"]);
        Assert.Equal(404, (await Host.SendAsync("GET", path, token: "reader")).Code);
        Assert.Equal(202, (await Host.SendAsync("DELETE", path)).Code);
    }

    [Fact]
    public async Task A_status_is_reset_by_whom_the_rule_allows_on_that_very_backup()
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);
        string path = $"/v2/share-backups/{backup.Id}/action";
        const string body = """{"reset_status":{"status":"error"}}""";

        Write("share_backup:reset_status: rule:project-member");
        await UntilAsync(202, () => Host.SendAsync("POST", path, body));

        // Every caller is the owner of what is its own; of this backup none of them is.
        Write("share_backup:reset_status: rule:owner-user");
        await UntilAsync(403, () => Host.SendAsync("POST", path, body));
        Assert.Equal(403, (await Host.SendAsync("POST", path, body, "admin")).Code);
        Assert.Equal(404, (await Host.SendAsync("POST", path.Replace(backup.Id, "x"), body)).Code);
    }

    [Theory]
    [InlineData("share:force_delete", """{"force_delete":null}""")]
    [InlineData("share:reset_status", """{"reset_status":{"status":"error"}}""")]
    [InlineData("share:reset_task_state", """{"reset_task_state":{"task_state":null}}""")]
    [InlineData("share:unmanage", """{"unmanage":null}""")]
    public async Task What_administrators_do_to_shares_others_may_do_to_their_own(string rule, string body)
    {
        Share theirs = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);
        Share share = await World.AddShareAsync();
        Task<Answer> ActAsync(Share on, string token = "member") =>
            Host.SendAsync("POST", $"/v2/shares/{on.Id}/action", body, token);

        Write($"{rule}: rule:owner-user");
        // Every caller is the owner of what is its own; of this share none of them is.
        await UntilAsync(403, () => ActAsync(share, "admin"));
        Assert.Equal(403, (await ActAsync(share)).Code);

        Write($"{rule}: rule:project-member");
        await UntilAsync(202, () => ActAsync(share));
        AssertFault(await ActAsync(theirs), 403, Denied);
        Share after = (await World.Catalog.ShareAsync(theirs.Id))!;
        Assert.Equal((theirs.Status, theirs.UpdatedAt), (after.Status, after.UpdatedAt));
    }

    [Theory]
    [InlineData("share_snapshot:force_delete", """{"force_delete":null}""")]
    [InlineData("share_snapshot:reset_status", """{"reset_status":{"status":"error"}}""")]
    public async Task What_administrators_do_to_snapshots_is_asked_about_that_very_snapshot(string rule, string body)
    {
        ShareSnapshot snapshot = await World.AddShareSnapshotAsync(await World.AddShareAsync());
        Task<Answer> ActAsync(string token = "member") =>
            Host.SendAsync("POST", $"/v2/snapshots/{snapshot.Id}/action", body, token);

        Write($"{rule}: rule:owner-user");
        // Every caller is the owner of what is its own; of this snapshot none of them is.
        await UntilAsync(403, () => ActAsync("admin"));
        Assert.Equal(403, (await ActAsync()).Code);
        Assert.Empty(await World.QueuedAsync());

        Write($"{rule}: rule:project-member");
        await UntilAsync(202, () => ActAsync());
    }

    [Fact]
    public async Task An_export_location_is_shown_by_a_rule_of_its_own()
    {
        Share share = await World.AddShareAsync();
        string path = $"/v2/shares/{share.Id}/export_locations";
        string one = $"{path}/{await World.AddExportLocationAsync(share)}";

        Write("share_export_location:show: \"!\"");
        await UntilAsync(403, () => Host.SendAsync("GET", one));
        Assert.Equal(200, (await Host.SendAsync("GET", path)).Code);

        Write("share_export_location:index: \"!\"");
        await UntilAsync(403, () => Host.SendAsync("GET", path));
        Assert.Equal(200, (await Host.SendAsync("GET", one)).Code);
    }

    [Fact]
    public async Task Whether_a_share_may_be_public_is_asked_before_the_share_is_looked_for()
    {
        const string body = """{"share":{"is_public":true}}""";
        Share bin = await World.AddShareAsync(change: row => row with { ScheduledToBeDeletedAt = row.CreatedAt });
        foreach (string id in new[] { bin.Id, "nope" })
        {
            AssertFault(
                await Host.SendAsync("PUT", $"/v2/shares/{id}", body),
                403,
                "User is not authorized to set 'is_public' to True in the request."
            );
        }
        Assert.Equal(404, (await Host.SendAsync("PUT", "/v2/shares/nope", body, "admin")).Code);
    }

    [Fact]
    public async Task Host_and_topic_are_shown_to_whom_the_rule_names()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Write("context_is_host_admin: role:reader");
        await Eventually.HoldsAsync(
            "the host in a reader's view",
            async () =>
                (await Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}", token: "reader")).Json["share_backup"]
                    is JsonObject shown
                && Text(shown, "host") == "node1"
                && Text(shown, "topic") == "manila-data"
        );
    }

    [Fact]
    public async Task A_file_that_breaks_changes_nothing_and_is_counted()
    {
        Write("share_backup:get_all: \"!\"");
        await UntilAsync(403, () => Host.SendAsync("GET", "/v2/share-backups"));

        Write("share_backup:get_all: everybody");

        await Eventually.HoldsAsync(
            "the metric",
            async () =>
                (await Host.SendAsync("GET", "/metrics", token: null)).Text.Contains("\nholdfast_policy_errors 1\n")
        );
        Assert.Equal(403, (await Host.SendAsync("GET", "/v2/share-backups")).Code);
        Assert.Equal(200, (await Host.SendAsync("GET", "/readyz", token: null)).Code);
        Assert.Contains(PolicyFile, Assert.Single(Host.Errors), StringComparison.Ordinal);
    }

    private string PolicyFile => Path.Join(World.Top, "data", "policy.yaml");

    private void Write(string text) => File.WriteAllText(PolicyFile, text);

    private static Task<Answer> UntilAsync(int status, Func<Task<Answer>> ask) =>
        Eventually.GetAsync(
            $"status {status}",
            async () => await ask() is { } answer && answer.Code == status ? answer : null
        );

    private async Task<string[]> ListAsync(string token) =>
        [
            .. (await Host.SendAsync("GET", "/v2/share-backups?all_tenants=1", token: token)).Json["share_backups"]!
                .AsArray()
                .Select(row => Text(row, "id")!),
        ];
}
