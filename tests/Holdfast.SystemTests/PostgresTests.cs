using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Npgsql;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The service on PostgreSQL: one node, and two on one database, one store and one share root.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    private PostgresCloud shared = null!;

    public async ValueTask InitializeAsync() => shared = await PostgresCloud.StartAsync();

    public ValueTask DisposeAsync() => shared.DisposeAsync();

    [Fact]
    public async Task What_was_backed_up_comes_back_over_the_databases_death()
    {
        await using HoldfastServer server = await shared.StartNodeAsync("one");
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        string original = shared["original"];
        Copy.Of(share.Directory, original);
        string backup = await tenant.BackUpAsync(share);

        await shared.Postgres.KillAsync();
        Reply away = await tenant.Session.GetAsync($"/v2/share-backups/{backup}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.Status);
        Assert.NotNull(away.Headers.RetryAfter);
        await shared.Postgres.StartAgainAsync();

        Changes.Apply(share.Directory);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(original, share.Directory, Whole);
        await shared.CheckAsync(server, tenant);
        Assert.DoesNotContain(PostgresServer.Password, server.Log, StringComparison.Ordinal);
        // The catalog is nowhere else.
        Assert.False(Directory.Exists(Path.Combine(server.DataDirectory, "catalog")));
    }

    [Fact]
    public async Task A_backup_under_way_at_the_databases_death_is_begun_again_and_made()
    {
        await using HoldfastServer server = await shared.StartNodeAsync("one");
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        // A hole that takes a while to read.
        await using FileStream file = File.Create(Path.Combine(share.Directory, "file"));
        file.SetLength(8L << 40);
        string backup = await tenant.StartBackupAsync(share);
        using OpenStackSession admin = await OpenStackSession.SignInAsync(
            server.Url,
            "admin",
            HoldfastServer.AdminPassword,
            "admin"
        );
        await Eventually.GetAsync("the node to begin", () => WhereAsync(admin, backup));

        await shared.Postgres.KillAsync();
        // Longer than its lease of 3 s.
        await Eventually.HoldsAsync(
            "the work to stop",
            () =>
                Task.FromResult(
                    server.Log.Contains("could not be ended; its lease will run out", StringComparison.Ordinal)
                )
        );
        file.SetLength(1);
        await shared.Postgres.StartAgainAsync();

        await tenant.SettleAsync(share);
        Assert.Equal("available", (await tenant.BackupStatesAsync())[backup]);
        await using NpgsqlDataSource catalog = NpgsqlDataSource.Create(shared.Connection);
        await using NpgsqlCommand epoch = catalog.CreateCommand(
            $"SELECT max(epoch) FROM operations WHERE backup_id = '{backup}'"
        );
        Assert.True((long)(await epoch.ExecuteScalarAsync())! > 1);
        await shared.CheckAsync(server, tenant);
    }

    [Fact]
    public async Task A_node_without_workers_wakes_another_that_has_them()
    {
        // Nobody looks by themselves before the test gives up.
        await using HoldfastServer worker = await shared.StartNodeAsync(
            "works",
            ("HOLDFAST_WORKERS__POLL_SECONDS", "3600")
        );
        await using HoldfastServer api = await shared.StartNodeAsync("asks", ("HOLDFAST_ROLES", "api"));
        using Tenant tenant = await Tenant.CreateAsync(api.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Combine(share.Directory, "file"), "before\n");

        string backup = await tenant.BackUpAsync(share);
        RawFiles.Write(Path.Combine(share.Directory, "file"), "after\n");
        await tenant.RestoreAsync(backup, share);

        Assert.Equal("before\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "file")));
    }

    [Fact]
    public async Task Two_nodes_do_each_others_work_and_that_of_one_that_died()
    {
        const int shares = 6;
        await using HoldfastServer one = await shared.StartNodeAsync("one");
        await using HoldfastServer two = await shared.StartNodeAsync("two");
        using Tenant tenant = await Tenant.CreateAsync(one.Url, "tenant");
        // A token of one is good for the other.
        using Tenant there = tenant.At(two);
        Tenant[] doors = [tenant, there];
        Share[] made = await Task.WhenAll(Enumerable.Range(0, shares).Select(n => doors[n % 2].CreateShareAsync()));
        foreach (Share share in made)
        {
            NastyTree.Build(share.Directory, seed: Array.IndexOf(made, share));
            Copy.Of(share.Directory, shared[share.Id]);
        }

        // It makes the repository.
        await tenant.BackUpAsync(made[0]);
        string[] backups = await Task.WhenAll(made.Select((share, n) => doors[n % 2].StartBackupAsync(share)));
        await two.KillAsync();
        await Task.WhenAll(made.Select(tenant.SettleAsync));
        await two.StartAgainAsync();

        foreach (Share share in made)
        {
            Changes.Apply(share.Directory);
        }
        await Task.WhenAll(made.Select((share, n) => doors[(n + 1) % 2].RestoreAsync(backups[n], share)));
        foreach (Share share in made)
        {
            TreeComparer.AssertEqual(shared[share.Id], share.Directory, Whole);
        }
        await shared.CheckAsync(one, tenant);
    }

    [Fact]
    public async Task A_node_that_is_told_to_stop_answers_what_has_begun_and_hands_its_work_over()
    {
        // Nobody waits for such a lease.
        (string, string)[] patient = [("HOLDFAST_WORKERS__LEASE_SECONDS", "3600")];
        await using HoldfastServer one = await shared.StartNodeAsync("one", patient);
        await using HoldfastServer two = await shared.StartNodeAsync("two", patient);
        using Tenant tenant = await Tenant.CreateAsync(one.Url, "tenant");
        Share large = await tenant.CreateShareAsync();
        Share small = await tenant.CreateShareAsync();
        await tenant.BackUpAsync(small);
        // A hole that takes a while to read.
        await using FileStream file = File.Create(Path.Combine(large.Directory, "file"));
        file.SetLength(8L << 40);
        string backup = await tenant.StartBackupAsync(large);
        using OpenStackSession admin = await OpenStackSession.SignInAsync(
            one.Url,
            "admin",
            HoldfastServer.AdminPassword,
            "admin"
        );
        string first = await Eventually.GetAsync("a node to begin", () => WhereAsync(admin, backup));
        (HoldfastServer stopped, HoldfastServer left) = first == "one" ? (one, two) : (two, one);

        using UnfinishedRequest probe = await UnfinishedRequest.BeginAsync(stopped.Url, "GET /readyz HTTP/1.1\r\n");
        using UnfinishedRequest asked = await UnfinishedRequest.BeginAsync(
            stopped.Url,
            "POST /v2/share-backups HTTP/1.1\r\nHost: holdfast\r\n"
        );
        // A later request has an answer, so these have begun.
        using OpenStackSession there = admin.At(left);
        using OpenStackSession here = admin.At(stopped);
        Assert.Equal(first, await WhereAsync(here, backup));
        Task<ProcessResult> stopping = stopped.StopAsync();
        await Eventually.HoldsAsync(
            "the node to stop",
            () => Task.FromResult(stopped.Log.Contains("Stopping", StringComparison.Ordinal))
        );
        string ready = await probe.FinishAsync("Host: holdfast\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", ready, StringComparison.Ordinal);
        Assert.Contains("The node is stopping.", ready, StringComparison.Ordinal);
        string body = $$$"""{"share_backup": {"share_id": "{{{small.Id}}}"}}""";
        string accepted = await asked.FinishAsync(
            $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nX-Auth-Token: {tenant.Session.Token}\r\n"
                + "X-OpenStack-Manila-API-Version: 2.91\r\nX-OpenStack-Manila-API-Experimental: True\r\n\r\n"
                + body
        );
        Assert.StartsWith("HTTP/1.1 202 ", accepted, StringComparison.Ordinal);
        Assert.Equal(0, (await stopping).ExitCode);

        await Eventually.HoldsAsync(
            "the other node to go on",
            async () => await WhereAsync(there, backup) is { } node && node != first
        );
        file.SetLength(1);
        using Tenant rest = tenant.At(left);
        await rest.SettleAsync(large);
        await rest.SettleAsync(small);
        Assert.All((await rest.BackupStatesAsync()).Values, status => Assert.Equal("available", status));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(shared.Store, tenant.ProjectId, "locks")));
        // Its name is free.
        await stopped.StartAgainAsync();
        await shared.CheckAsync(left, tenant);
    }

    /// <returns>The node that makes the backup now; null when none does.</returns>
    private static async Task<string?> WhereAsync(OpenStackSession admin, string backup)
    {
        string question = $"/api/v1/operations?all_projects=true&status=running&backup_id={backup}";
        JsonArray running = (await admin.GetAsync(question))["operations"].AsArray();
        return running.Count == 1 ? running[0]!["node"]!.GetValue<string>() : null;
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_all_serve()
    {
        HoldfastServer[] nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => shared.StartNodeAsync($"n{n}")));
        try
        {
            foreach (HoldfastServer node in nodes)
            {
                using OpenStackSession admin = await OpenStackSession.SignInAsync(
                    node.Url,
                    "admin",
                    HoldfastServer.AdminPassword,
                    "admin"
                );
                Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/v2/shares")).Status);
            }
        }
        finally
        {
            foreach (HoldfastServer node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_start_waits_for_a_database_that_dies_in_a_migration()
    {
        Task<HoldfastServer> starting;
        await using (NpgsqlConnection other = new(shared.Connection))
        {
            await other.OpenAsync();
            await using NpgsqlTransaction blocking = await other.BeginTransactionAsync();
            // The migration makes the tables before this one, and waits.
            await using NpgsqlCommand command = new("CREATE TABLE operations (id text)", other, blocking);
            await command.ExecuteNonQueryAsync();
            starting = shared.StartNodeAsync("one");
            // A transaction sees the activity of its first look.
            await using NpgsqlDataSource beside = NpgsqlDataSource.Create(shared.Connection);
            await using NpgsqlCommand waiting = beside.CreateCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            );
            await Eventually.HoldsAsync(
                "the migration to wait",
                async () => (long)(await waiting.ExecuteScalarAsync())! == 1
            );
            await shared.Postgres.KillAsync();
        }
        Task<HoldfastServer> late = shared.StartNodeAsync("late");
        await shared.Postgres.StartAgainAsync();
        await using HoldfastServer one = await starting;
        await using HoldfastServer two = await late;
        using Tenant tenant = await Tenant.CreateAsync(one.Url, "tenant");
        await tenant.BackUpAsync(await tenant.CreateShareAsync());
    }

    [Fact]
    public async Task A_start_that_waits_for_the_database_ends_well_when_it_is_told_to_stop()
    {
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_CATALOG"] = $"postgres://nobody@127.0.0.1:{FreePort.Next()}/nowhere",
            ["HOLDFAST_DATA"] = shared["data"],
            ["HOLDFAST_LISTEN"] = $"http://127.0.0.1:{FreePort.Next()}",
        };
        await using ChildProcess node = ChildProcess.Start(
            HoldfastServer.Command[0],
            [.. HoldfastServer.Command.Skip(1), "serve"],
            settings
        );
        await Eventually.HoldsAsync(
            "it to wait",
            () => Task.FromResult(node.Log.Contains("The catalog on", StringComparison.Ordinal))
        );
        node.Terminate();

        ProcessResult ended = await node.WaitForExitAsync();

        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
    }

    [Fact]
    public async Task What_one_node_revokes_the_other_refuses_within_moments()
    {
        await using HoldfastServer one = await shared.StartNodeAsync("one");
        await using HoldfastServer two = await shared.StartNodeAsync("two");
        using Tenant tenant = await Tenant.CreateAsync(one.Url, "tenant");
        using OpenStackSession there = tenant.Session.At(two);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/v2/shares")).Status);
        using HttpClient http = new() { BaseAddress = one.Url };
        using HttpRequestMessage revoke = new(HttpMethod.Delete, "/identity/v3/auth/tokens");
        revoke.Headers.Add("X-Auth-Token", tenant.Session.Token);
        revoke.Headers.Add("X-Subject-Token", tenant.Session.Token);
        (await http.SendAsync(revoke)).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync(
            "the other node to refuse the token",
            async () => (await there.GetAsync("/v2/shares")).Status == HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task The_master_key_is_changed_while_no_node_runs()
    {
        await using HoldfastServer one = await shared.StartNodeAsync("one");
        await using HoldfastServer two = await shared.StartNodeAsync("two");
        using Tenant tenant = await Tenant.CreateAsync(one.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        string backup = await tenant.BackUpAsync(share);
        await one.StopAsync();
        ProcessResult refused = await one.TryRunAsync("key", "rotate-master");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Node two runs", refused.Error, StringComparison.Ordinal);

        await two.StopAsync();
        File.Copy(shared.MasterKey, shared["former.key"]);
        await one.RunAsync("key", "rotate-master");
        await one.StartAgainAsync();
        await tenant.RestoreAsync(backup, share);
        // A node to whose host nobody has carried the new key.
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            shared.StartNodeAsync("three", ("HOLDFAST_MASTER_KEY_FILE", shared["former.key"]))
        );
    }
}
