using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Npgsql;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>
/// Nodes of the former program, <c>HOLDFAST_TEST_PREVIOUS</c>, and of this one on one database, one store and one share root,
/// from the first node of this program to the last of the former. <c>./dev e2e upgrade</c> builds the former one.
/// </summary>
[Trait("e2e", "upgrade")]
public sealed class RollingUpgradeTests : IAsyncLifetime
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    private static IReadOnlyList<string> Former =>
        [
            Environment.GetEnvironmentVariable("HOLDFAST_TEST_PREVIOUS")
                ?? throw new InvalidOperationException("HOLDFAST_TEST_PREVIOUS is not set: `./dev e2e upgrade` does."),
        ];

    private PostgresCloud shared = null!;

    public async ValueTask InitializeAsync() => shared = await PostgresCloud.StartAsync();

    public ValueTask DisposeAsync() => shared.DisposeAsync();

    /// <summary>The commands of <c>docs/operate/upgrade.md</c>.</summary>
    [Fact]
    public async Task The_former_program_goes_on_from_the_copy_that_was_made_before()
    {
        using TemporaryDirectory directory = new();
        Dictionary<string, IReadOnlyList<string>> page = Runbook.Blocks("docs/operate/upgrade.md");
        string empty = await shared.Postgres.NewDatabaseAsync();
        Share share;
        string kept;
        string later;
        Tenant tenant;
        await using (HoldfastServer former = await shared.StartNodeAsync(Former, "node"))
        {
            tenant = await Tenant.CreateAsync(former.Url, "tenant");
            share = await tenant.CreateShareAsync();
            NastyTree.Build(share.Directory);
            Copy.Of(share.Directory, directory["kept"]);
            kept = await tenant.BackUpAsync(share);
            await TypeAsync("Several nodes, PostgreSQL");
            await former.StopAsync();
        }
        await using (HoldfastServer current = await shared.StartNodeAsync("node"))
        {
            Changes.Apply(share.Directory);
            later = await tenant.At(current).BackUpAsync(share);
            await current.StopAsync();
        }
        await TypeAsync("Going back with PostgreSQL");

        await using HoldfastServer again = await shared.StartNodeAsync(Former, "node", ("HOLDFAST_CATALOG", empty));
        Tenant back = tenant.At(again);
        Assert.Equal([kept], (await back.BackupStatesAsync()).Keys);
        Assert.NotEqual(kept, later);
        await back.RestoreAsync(kept, share);
        TreeComparer.AssertEqual(directory["kept"], share.Directory, Whole);

        async Task TypeAsync(string section)
        {
            Dictionary<string, string?> variables = new()
            {
                ["DATABASE"] = Url(shared.Connection),
                ["EMPTY"] = Url(empty),
                ["PATH"] = "/usr/bin:/bin",
            };
            foreach (string block in page[section])
            {
                (await ChildProcess.RunAsync("bash", ["-euc", block], variables, directory.Path)).Checked(section);
            }
        }

        static string Url(string connection)
        {
            NpgsqlConnectionStringBuilder parts = new(connection);
            return $"postgres://{parts.Username}:{parts.Password}@{parts.Host}:{parts.Port}/{parts.Database}";
        }
    }

    [Fact]
    public async Task Both_serve_and_do_each_others_work_until_the_former_is_gone()
    {
        await using HoldfastServer formerApi = await shared.StartNodeAsync(
            Former,
            "former-api",
            ("HOLDFAST_ROLES", "api,scheduler")
        );
        await using HoldfastServer formerWorker = await shared.StartNodeAsync(
            Former,
            "former-worker",
            ("HOLDFAST_ROLES", "worker")
        );
        using Tenant before = await Tenant.CreateAsync(formerApi.Url, "tenant");
        Share share = await before.CreateShareAsync();
        NastyTree.Build(share.Directory);
        Dictionary<string, string> copies = [];
        await BackUpAsync(before);

        // Where there is a migration between the two, it is made under the former program's nodes.
        await using HoldfastServer api = await shared.StartNodeAsync("api", ("HOLDFAST_ROLES", "api,scheduler"));
        using Tenant after = before.At(api);
        await EachSeesAndRestoresWhatTheOtherTookAsync();

        // A worker of the former program dies at its work, and one of this program ends it.
        Changes.Apply(share.Directory, seed: 2);
        string asItWas = CopyShare();
        string interrupted = await before.StartBackupAsync(share);
        await formerWorker.KillAsync();
        await using HoldfastServer worker = await shared.StartNodeAsync("worker", ("HOLDFAST_ROLES", "worker"));
        await after.SettleAsync(share);
        copies.Add(interrupted, asItWas);
        await EachSeesAndRestoresWhatTheOtherTookAsync();

        Assert.Equal(0, (await formerApi.StopAsync()).ExitCode);
        foreach (string backup in copies.Keys)
        {
            await RestoreAsync(after, backup);
        }
        await shared.CheckAsync(api, after);

        async Task EachSeesAndRestoresWhatTheOtherTookAsync()
        {
            string ofFormer = await BackUpAsync(before);
            string ofThis = await BackUpAsync(after);
            await RestoreAsync(after, ofFormer);
            await RestoreAsync(before, ofThis);
            Assert.Equal(await before.BackupStatesAsync(), await after.BackupStatesAsync());
            Assert.All(await after.BackupStatesAsync(), backup => Assert.Equal("available", backup.Value));
        }

        async Task<string> BackUpAsync(Tenant through)
        {
            Changes.Apply(share.Directory, seed: copies.Count);
            string copy = CopyShare();
            string backup = await through.BackUpAsync(share);
            copies.Add(backup, copy);
            return backup;
        }

        async Task RestoreAsync(Tenant through, string backup)
        {
            await through.RestoreAsync(backup, share);
            TreeComparer.AssertEqual(copies[backup], share.Directory, Whole);
        }

        string CopyShare()
        {
            string copy = shared[$"copy-{Guid.NewGuid():N}"];
            Copy.Of(share.Directory, copy);
            return copy;
        }
    }
}
