using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>
/// kill -9 at seeded random moments of backup, restore and delete. After each restart nothing is stuck, restic finds no
/// fault, and every backup listed as available restores to what the share was.
/// </summary>
public sealed class KillTests
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    [Fact]
    public Task FiveKills() => KillAsync(kills: 5, seed: 1);

    [Fact]
    [Trait("e2e", "kills")]
    public Task FiftyKills() => KillAsync(kills: 50, seed: 2);

    [Fact]
    [Trait("e2e", "s3")]
    public async Task FiftyKillsOnAnS3Store()
    {
        await using CephGateway gateway = await CephGateway.StartAsync();
        await KillAsync(kills: 50, seed: 4, await gateway.Account.NewPlaceAsync());
    }

    /// <summary>Of every kind that a member asks for, on a node without workers.</summary>
    [Fact]
    [Trait("e2e", "kills")]
    public async Task WhatWasAcceptedAndNotBegunIsDoneAfterTheRestart()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["settings"], "");
        await using HoldfastServer server = await HoldfastServer.StartAsync(null, "--config", directory["settings"]);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "accepted");
        Share restored = await tenant.CreateShareAsync();
        Share saved = await tenant.CreateShareAsync();
        string file = Path.Combine(restored.Directory, "file");
        await File.WriteAllTextAsync(file, "content");
        string backup = await tenant.BackUpAsync(restored);
        string deleted = await tenant.BackUpAsync(restored);
        await File.WriteAllTextAsync(file, "changed");
        await server.StopAsync();
        await File.WriteAllTextAsync(directory["settings"], "HOLDFAST_ROLES=api\n");
        await server.StartAgainAsync();

        await tenant.StartRestoreAsync(backup);
        await tenant.StartDeleteAsync(deleted);
        string taken = await tenant.StartBackupAsync(saved);
        OpenStackSession session = tenant.Session;
        (await session.PostAsync("/v2/shares", new { share = new { share_proto = "NFS", size = 1 } })).Checked();
        (await session.PostAsync("/api/v1/volumes", new { size = 1 })).Checked();
        await server.KillAsync();
        await File.WriteAllTextAsync(directory["settings"], "");
        await server.StartAgainAsync();

        await Eventually.HoldsAsync(
            "all to be done",
            async () => !(await AnyAsync("queued") || await AnyAsync("running"))
        );
        Assert.False(await AnyAsync("failed"));
        Assert.Equal("content", await File.ReadAllTextAsync(file));
        Assert.Equal("available", await tenant.ShareStatusAsync(restored.Id));
        Dictionary<string, string> left = new() { [backup] = "available", [taken] = "available" };
        Assert.Equal(left, await tenant.BackupStatesAsync());

        async Task<bool> AnyAsync(string status) =>
            (await session.GetAsync($"/api/v1/operations?status={status}"))["operations"].AsArray().Count > 0;
    }

    [Theory]
    // The catalog gets its first tables.
    [InlineData("fsync", "catalog/catalog.db-wal", null)]
    // The master key is written, and has no name.
    [InlineData("link", "keys/master.key", null)]
    // It has, and the catalog does not know it.
    [InlineData("fsync", "keys", null)]
    // The share root has its marker, and the catalog does not know it.
    [InlineData("linkat", "shares", "shares/.holdfast-root")]
    [Trait("e2e", "kills")]
    public async Task AStartThatIsKilledIsBegunAgain(string calls, string path, string? made)
    {
        using TemporaryDirectory directory = new();
        Uri url = new($"http://127.0.0.1:{FreePort.Next()}");
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_DATA"] = directory["data"],
            ["HOLDFAST_LISTEN"] = url.GetLeftPart(UriPartial.Authority),
            ["HOLDFAST_ADMIN_PASSWORD"] = HoldfastServer.AdminPassword,
        };
        string[] serve = [.. HoldfastServer.Command, "serve"];
        DeathAt death = new(calls, Path.Join(directory["data"], path));
        await (
            made is null
                ? death.RunAsync(directory["trace"], serve, settings)
                : death.RunPastAsync(
                    directory["trace"],
                    serve,
                    settings,
                    () => File.Exists(Path.Join(directory["data"], made))
                )
        );

        await using ChildProcess again = ChildProcess.Start(serve[0], serve[1..], settings);
        using HttpClient http = new() { BaseAddress = url };
        await Eventually.HoldsAsync("the second start to be ready", IsReadyAsync);
        using Tenant tenant = await Tenant.CreateAsync(url, "late");
        Share share = await tenant.CreateShareAsync();
        await tenant.BackUpAsync(share);

        async Task<bool> IsReadyAsync()
        {
            Assert.False(again.HasExited, again.Log);
            try
            {
                return (await http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    private static async Task KillAsync(int kills, int seed, S3Place? store = null)
    {
        await using var run = await KillRun.StartAsync(seed, store);
        // A slow machine may have ended each operation before its kill.
        for (int kill = 0; kill < kills || (kill < 5 * kills && run.Interrupted == 0); kill++)
        {
            await run.KillOnceAsync();
        }
        await run.EveryAvailableBackupRestoresAsync();
        Assert.True(run.Interrupted > 0, "Every kill came too late: nothing was interrupted.");
    }

    /// <summary>One server, one share that changes between kills, and a copy of the share as each backup must have it.</summary>
    private sealed class KillRun(HoldfastServer server, Tenant tenant, Share share, int seed) : IAsyncDisposable
    {
        private readonly Random random = new(seed);
        private readonly Dictionary<string, string> copies = [];
        private readonly Dictionary<string, TimeSpan> usual = [];
        private int copied;

        /// <summary>How many operations have been begun more than once.</summary>
        public int Interrupted { get; private set; }

        public static async Task<KillRun> StartAsync(int seed, S3Place? store)
        {
            var settings = new Dictionary<string, string?> { ["HOLDFAST_WORKERS__LEASE_SECONDS"] = "2" };
            HoldfastServer server = store is null
                ? await HoldfastServer.StartAsync(settings)
                : await HoldfastServer.StartOnAsync(store, settings);
            Tenant tenant = await Tenant.CreateAsync(server.Url, "killed");
            Share share = await tenant.CreateShareAsync();
            var run = new KillRun(server, tenant, share, seed);
            NastyTree.Build(share.Directory, seed);
            await run.LearnUsualTimesAsync();
            return run;
        }

        /// <summary>Begins one of the three, kills within about the time that it takes, starts again, and looks.</summary>
        public async Task KillOnceAsync()
        {
            Func<Task> act = random.Next(5) switch
            {
                0 or 1 => BackUpAsync,
                2 or 3 => RestoreAsync,
                _ => DeleteAsync,
            };
            await act();
            using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
            // The service may be pruning by now, and its lock is honoured.
            (await restic.TryRunAsync("check", "--retry-lock", "2m")).Checked("restic check after a kill");
        }

        public async Task EveryAvailableBackupRestoresAsync()
        {
            using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
            await restic.RunAsync("check", "--read-data", "--retry-lock", "2m");
            foreach ((string backup, string state) in await tenant.BackupStatesAsync())
            {
                if (state == "available")
                {
                    await tenant.RestoreAsync(backup, share);
                    TreeComparer.AssertEqual(copies[backup], share.Directory, Whole);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            tenant.Dispose();
            await server.DisposeAsync();
        }

        // The share must not change until the backup has settled: a backup begun again captures it then.
        private async Task BackUpAsync()
        {
            Changes.Apply(share.Directory, random.Next());
            string copy = CopyShare();
            HashSet<string> known = [.. (await tenant.BackupStatesAsync()).Keys];
            await KillDuringAsync("backup", () => tenant.StartBackupAsync(share));
            foreach (string made in (await tenant.BackupStatesAsync()).Keys.Except(known))
            {
                copies.Add(made, copy);
            }
        }

        // Either the restore was finished after the kill, or the share says that it is not whole and takes a new restore.
        private async Task RestoreAsync()
        {
            string backup = await AvailableBackupAsync();
            Changes.Apply(share.Directory, random.Next());
            await KillDuringAsync("restore", () => tenant.StartRestoreAsync(backup));
            await tenant.RestoreAsync(backup, share);
            TreeComparer.AssertEqual(copies[backup], share.Directory, Whole);
        }

        private async Task DeleteAsync()
        {
            string backup = await AvailableBackupAsync();
            await KillDuringAsync("delete", () => tenant.StartDeleteAsync(backup));
        }

        private async Task LearnUsualTimesAsync()
        {
            string backup = await FinishedBackupAsync();
            Changes.Apply(share.Directory, random.Next());
            string second = "";
            usual["backup"] = await TimeAsync(async () => second = await FinishedBackupAsync());
            usual["restore"] = await TimeAsync(() => tenant.RestoreAsync(backup, share));
            usual["delete"] = await TimeAsync(() => tenant.DeleteAsync(second));
        }

        private static async Task<TimeSpan> TimeAsync(Func<Task> act)
        {
            var watch = Stopwatch.StartNew();
            await act();
            return watch.Elapsed;
        }

        private async Task KillDuringAsync(string what, Func<Task> start)
        {
            TimeSpan moment = usual[what] * random.NextDouble();
            Task started = start();
            await Task.Delay(moment);
            await server.KillAsync();
            // The request may have died with the server; what it began or not is seen after the restart.
            await started.ContinueWith(_ => { }, TaskScheduler.Default);
            await server.StartAgainAsync();
            await tenant.SettleAsync(share);
            Interrupted = await BegunAgainAsync();
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{what}: killed after {moment.TotalMilliseconds:f0} ms, {Interrupted} begun again by now"
            );
        }

        private async Task<int> BegunAgainAsync()
        {
            JsonNode operations = (await tenant.Session.GetAsync("/api/v1/operations?limit=1000"))["operations"];
            return operations.AsArray().Count(row => row!["attempts"]!.GetValue<int>() > 1);
        }

        private async Task<string> AvailableBackupAsync()
        {
            string[] available =
            [
                .. (await tenant.BackupStatesAsync()).Where(pair => pair.Value == "available").Select(pair => pair.Key),
            ];
            return available.Length > 0 ? available[random.Next(available.Length)] : await FinishedBackupAsync();
        }

        private async Task<string> FinishedBackupAsync()
        {
            string copy = CopyShare();
            string backup = await tenant.BackUpAsync(share);
            copies.Add(backup, copy);
            return backup;
        }

        private string CopyShare()
        {
            string copy = server.Scratch[$"copy-{copied++}"];
            Copy.Of(share.Directory, copy);
            return copy;
        }
    }
}
