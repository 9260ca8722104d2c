using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
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
