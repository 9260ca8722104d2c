using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A store that has all of its objects and lists only some, as with a damaged index of a bucket, or another store.</summary>
public sealed class IncompleteListingTests : IAsyncLifetime
{
    private const string Told = "The backup store does not list all that it has.";

    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "a"), RandomNumberGenerator.GetBytes(100_000));
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Theory]
    [InlineData("", "The backup store lists no key of the project's repository.")]
    [InlineData("locks/", Told)]
    public async Task A_backup_waits_while_nothing_is_listed_or_its_own_lock_is_not(string folder, string told)
    {
        await core.BackUpAsync(share);
        core.Store.IsUnlisted = name => name.StartsWith($"{Rows.Project}/{folder}", StringComparison.Ordinal);
        Backup made = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal((BackupStatus.Creating, told), (waiting.Status, waiting.FailReason));

        core.Store.Mend();
        Assert.Single(await core.SnapshotsAsync());
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_prune_removes_nothing_while_a_backups_snapshot_is_not_listed()
    {
        Backup hidden = await core.BackUpAsync(share);
        await File.WriteAllBytesAsync(Path.Join(core.PathOf(share), "a"), RandomNumberGenerator.GetBytes(100_000));
        Backup removed = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, removed.Id, default);
        await core.DrainAsync();
        long before = PackBytes();

        core.Store.IsUnlisted = name => name.EndsWith(hidden.SnapshotId!, StringComparison.Ordinal);
        core.Time.Advance(Prune.AtLeastEvery);
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Operation prune = Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.Prune);
        Assert.Equal(Told, prune.Message);
        Assert.Equal(before, PackBytes());

        core.Store.Mend();
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.DrainAsync();
        Assert.InRange(PackBytes(), 100_000, before - 100_000);
        using var restic = await core.ResticAsync();
        await restic.CheckAsync();
    }

    [Fact]
    public async Task A_reap_waits_too_and_removes_no_snapshot()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Catalog.WriteAsync(session => session.Backups.RemoveAsync(backup.Id), default);
        core.Store.IsUnlisted = name => name.Contains("/locks/", StringComparison.Ordinal);
        core.Time.Advance(TimeSpan.FromHours(25));
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
        Assert.Single(await core.SnapshotsAsync());
        Assert.Contains(await core.QueuedAsync(), one => one.Kind == OperationKind.Reap && one.Message == Told);
    }

    /// <summary>A backup that got no row would be a snapshot that no row names, and go after a day.</summary>
    [Fact]
    public async Task A_rebuild_leaves_a_project_out_whose_snapshot_is_there_and_not_listed()
    {
        Backup backup = await core.BackUpAsync(share);
        await using SqliteCatalog lost = new(core.Directory["new/catalog.db"], core.Time);
        CatalogRebuild rebuild = new(
            lost,
            core.Get<MasterKey>(),
            core.Get<Keyring>(),
            core.Get<ExportStore>(),
            core.Get<Repositories>(),
            core.Time
        );
        await lost.MigrateAsync(default);
        core.Store.IsUnlisted = name => name.EndsWith(backup.SnapshotId!, StringComparison.Ordinal);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => rebuild.RebuildAsync(Rows.Project, default));
        Assert.Contains("does not list it", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lost.ReadAsync(session => session.Repositories.ListAsync(), default));

        core.Store.Mend();
        RebuiltProject made = (await rebuild.RebuildAsync(Rows.Project, default))!;
        Assert.Equal((1, 0), (made.Backups, made.Missing.Count));
    }

    [Fact]
    public async Task In_another_store_no_new_repository_is_made()
    {
        await core.BackUpAsync(share);
        Directory.Move(core.Directory["store"], core.Directory["the right one"]);
        Share others = await core.ShareAsync(owner: CoreFixture.Stranger);
        NewBackup request = new(others.Id, "name", null, null, null);
        Backup made = await core.Backups.CreateAsync(CoreFixture.Stranger, request, default);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(made.Id))!;
        Assert.Equal(
            (BackupStatus.Creating, "The backup store is not the one it was."),
            (waiting.Status, waiting.FailReason)
        );
        Assert.False(Directory.Exists(core.Directory["store"]));

        Directory.Move(core.Directory["the right one"], core.Directory["store"]);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    private long PackBytes() =>
        Directory
            .EnumerateFiles(core.Directory[$"store/{Rows.Project}/data"], "*", SearchOption.AllDirectories)
            .Sum(path => new FileInfo(path).Length);
}
