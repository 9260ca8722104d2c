using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Npgsql;
using Xunit;

namespace Holdfast.SystemTests.Disasters;

/// <summary>Nodes whose clocks are hours off: Debian's libfaketime tells their processes so.</summary>
[Trait("e2e", "disasters")]
public sealed class WrongClockTests : IDisposable
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    [Trait(Runbook.Section, "A clock is wrong")]
    public async Task NodesOnPostgresGoByItsTime()
    {
        await using PostgresCloud shared = await PostgresCloud.StartAsync();
        NpgsqlConnectionStringBuilder connection = new(shared.Connection);
        await using HoldfastServer ahead = await StartAsync("ahead", "+3h");
        await using HoldfastServer behind = await StartAsync("behind", "-3h");
        using Tenant tenant = await Tenant.CreateAsync(ahead.Url, "tenant");
        using Tenant there = tenant.At(behind);
        Tenant[] doors = [tenant, there];
        Share[] shares = [.. await Task.WhenAll(doors.Select(door => door.CreateShareAsync()))];
        foreach (Share share in shares)
        {
            NastyTree.Build(share.Directory);
            Copy.Of(share.Directory, directory[share.Id]);
        }
        await tenant.BackUpAsync(shares[0]);
        string[] backups = await Task.WhenAll(
            doors.Zip(shares).Select(pair => pair.First.StartBackupAsync(pair.Second))
        );
        // What it had is the other's after the lease of three seconds, and not after hours.
        await ahead.KillAsync();
        await Task.WhenAll(shares.Select(there.SettleAsync));
        foreach ((string backup, Share share) in backups.Zip(shares))
        {
            AssertNow((await there.ShowBackupAsync(backup))["created_at"]!);
            Changes.Apply(share.Directory);
            await there.RestoreAsync(backup, share);
            TreeComparer.AssertEqual(directory[share.Id], share.Directory, Whole);
        }
        using (Restic restic = await shared.OpenRepositoryAsync(behind, tenant))
        {
            JsonArray snapshots = JsonNode.Parse(await restic.RunAsync("snapshots", "--json"))!.AsArray();
            Assert.All(snapshots, snapshot => AssertNow(snapshot!["time"]!));
        }
        await ahead.StartAgainAsync();

        Dictionary<string, string?> variables = new(VerbClient.AdminVariables(ahead))
        {
            ["PGHOST"] = connection.Host,
            ["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = connection.Username,
            ["PGPASSWORD"] = connection.Password,
            ["PGDATABASE"] = connection.Database,
        };
        await new Runbook(ahead).RunAsync("A clock is wrong", variables);
        await tenant.BackUpAsync(shares[0]);

        Task<HoldfastServer> StartAsync(string node, string offset) =>
            shared.StartNodeAsync(node, [.. Clock(node, offset).Select(variable => (variable.Key, variable.Value!))]);
    }

    /// <summary>Whose catalog is a file goes by its own clock, and by whatever it is set to next.</summary>
    [Fact]
    public async Task WhatOneMachineHasDoneAheadOfTimeIsInNobodysWay()
    {
        Dictionary<string, string?> settings = new(Clock("node", "+3h"))
        {
            // So that a backup is accepted and not begun when the clock is set.
            ["HOLDFAST_WORKERS__GRACE_SECONDS"] = "2",
        };
        await using HoldfastServer server = await HoldfastServer.StartAsync(settings);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "early");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        Copy.Of(share.Directory, directory["copy"]);
        string early = await tenant.BackUpAsync(share);
        string waiting = await tenant.StartBackupAsync(share);
        Set("node", "+0");
        await tenant.SettleAsync(share);
        string late = await tenant.BackUpAsync(share);

        Assert.Equal(
            new[] { early, waiting, late }.ToDictionary(id => id, _ => "available"),
            await tenant.BackupStatesAsync()
        );
        AssertNow((await tenant.ShowBackupAsync(late))["created_at"]!);
        Changes.Apply(share.Directory);
        await tenant.RestoreAsync(early, share);
        TreeComparer.AssertEqual(directory["copy"], share.Directory, Whole);
        await server.StopAsync();
        await server.StartAgainAsync();
        await tenant.DeleteAsync(early);
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
    }

    /// <summary>The variables of a process with a clock of its own, which <see cref="Set"/> sets.</summary>
    private Dictionary<string, string?> Clock(string node, string offset)
    {
        Set(node, offset);
        return new()
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME_TIMESTAMP_FILE"] = directory[$"{node}.clock"],
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
    }

    private void Set(string node, string offset)
    {
        string beside = directory[$"{node}.clock.new"];
        File.WriteAllText(beside, $"{offset}\n");
        File.Move(beside, directory[$"{node}.clock"], overwrite: true);
    }

    /// <summary>By this machine's clock, which is the database's.</summary>
    private static void AssertNow(JsonNode time)
    {
        DateTimeOffset said = DateTimeOffset.Parse(
            time.GetValue<string>(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );
        Assert.InRange(said - TimeProvider.System.GetUtcNow(), -Tolerance, Tolerance);
    }
}
