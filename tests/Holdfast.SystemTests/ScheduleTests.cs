using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Schedules and holds of a running service, by <c>holdfast schedule</c> and <c>holdfast hold</c>.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task BackupsComeByThemselvesAndGoByTheirRulesButNotOneThatIsHeld()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Combine(share.Directory, "file"), "kept\n");
        VerbClient schedule = new(server, "schedule", VerbClient.Variables(server, tenant));
        VerbClient hold = new(server, "hold", VerbClient.Variables(server, tenant));
        VerbClient admin = new(server, "hold", VerbClient.AdminVariables(server));

        JsonNode made = await schedule.AskAsync(
            "create",
            "--share",
            share.Id,
            "--name",
            "often",
            "--cron",
            "0 0 1 1 *",
            "--keep-last",
            "1"
        );
        string id = Text(made, "id");
        await MakeDueAsync(server);
        string first = await BackedUpAsync(after: null);
        string held = Text(await hold.AskAsync("create", first, "--reason", "Case 17"), "id");
        await MakeDueAsync(server);
        string second = await BackedUpAsync(first);
        await MakeDueAsync(server);
        string third = await BackedUpAsync(second);
        await Eventually.HoldsAsync(
            "the second backup to go",
            async () => !(await tenant.BackupStatesAsync()).ContainsKey(second)
        );

        JsonNode preview = await schedule.AskAsync("preview", id);
        Assert.Equal(
            [(third, "keep"), (first, "keep")],
            preview["backups"]!.AsArray().Select(one => (Text(one!, "id"), Text(one!, "action")))
        );
        // A share that has a backup is refused its deletion, and the held one a deletion of its own.
        Reply refused = await tenant.Session.DeleteAsync($"/v2/share-backups/{first}");
        Assert.Equal(409, (int)refused.Status);
        Assert.Equal(1, (await hold.RunAsync("lift", held)).ExitCode);
        (await admin.RunAsync("lift", held)).Checked("lift");
        await schedule.AskAsync("set", id, "--keep-last", "1", "--name", "");
        await Eventually.HoldsAsync(
            "the first backup to go",
            async () => (await tenant.BackupStatesAsync()).Keys.SequenceEqual([third])
        );

        ProcessResult listed = (await schedule.RunAsync("list")).Checked("list");
        Assert.Contains("1 last", listed.Output, StringComparison.Ordinal);
        Assert.False((bool)(await schedule.AskAsync("set", id, "--disable"))["enabled"]!);
        (await schedule.RunAsync("delete", id)).Checked("delete");
        Assert.Equal(4, (await schedule.RunAsync("show", id)).ExitCode);
        Assert.Contains(third, (await tenant.BackupStatesAsync()).Keys);

        // The next that the schedule has asked for, once it is available.
        async Task<string> BackedUpAsync(string? after)
        {
            string? last = null;
            await Eventually.HoldsAsync(
                "a backup to come",
                async () =>
                {
                    last = (string?)(await schedule.AskAsync("show", id))["last_backup_id"];
                    return last is not null && last != after && await IsAvailableAsync(last);
                }
            );
            return last!;
        }

        async Task<bool> IsAvailableAsync(string backup) =>
            (await tenant.BackupStatesAsync()).TryGetValue(backup, out string? status) && status == "available";
    }

    [Fact]
    public async Task WhatWasMissedWhileTheServiceWasDownIsOneBackup()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        VerbClient schedule = new(server, "schedule", VerbClient.Variables(server, tenant));
        string id = Text(await schedule.AskAsync("create", "--share", share.Id, "--cron", "0 0 1 1 *"), "id");
        await server.KillAsync();
        await MakeDueAsync(server, days: 800);
        await server.StartAgainAsync();

        await Eventually.HoldsAsync(
            "the backup to be made",
            async () => (await tenant.BackupStatesAsync()).Values.SequenceEqual(["available"])
        );
        JsonNode shown = await schedule.AskAsync("show", id);
        Assert.True((DateTimeOffset)shown["next_at"]! > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task WhatWasAskedForBeforeADeathIsNotAskedForAgain()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["settings"], "");
        await using HoldfastServer server = await HoldfastServer.StartAsync(null, "--config", directory["settings"]);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        VerbClient schedule = new(server, "schedule", VerbClient.Variables(server, tenant));
        Share share = await tenant.CreateShareAsync();
        await server.StopAsync();
        // Nobody works on what is asked for.
        await File.WriteAllTextAsync(directory["settings"], "HOLDFAST_ROLES=api,scheduler\n");
        await server.StartAgainAsync();
        await schedule.AskAsync("create", "--share", share.Id, "--cron", "0 0 1 1 *");
        await MakeDueAsync(server);
        await Eventually.HoldsAsync(
            "the backup to be asked for",
            async () => (await tenant.BackupStatesAsync()).Values.SequenceEqual(["creating"])
        );
        await server.KillAsync();
        await File.WriteAllTextAsync(directory["settings"], "");
        await server.StartAgainAsync();

        await Eventually.HoldsAsync(
            "the backup to be made",
            async () => (await tenant.BackupStatesAsync()).Values.SequenceEqual(["available"])
        );
    }

    /// <summary>Every schedule was due that long ago: nobody waits for the clock.</summary>
    private static async Task MakeDueAsync(HoldfastServer server, int days = 0)
    {
        long past = DateTimeOffset.UtcNow.AddDays(-days).ToUnixTimeMilliseconds() * 1000;
        string catalog = Path.Combine(server.DataDirectory, "catalog", "catalog.db");
        string sql = $"UPDATE schedules SET next_at = {past}, look_at = {past}";
        (await ChildProcess.RunAsync("sqlite3", [catalog, ".timeout 10000", sql])).Checked("sqlite3");
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;
}
