using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class KeyDestructionTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;
    private Backup backup = null!;

    private string Store => core.Directory["store"];

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "file"), "before");
        backup = await core.BackUpAsync(share);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Nothing_of_the_projects_data_is_left_in_the_store()
    {
        await core.Get<Keyring>().GetOrMakeAsync(Rows.Stranger, default);
        await DestroyAsync();
        Assert.Equal([Path.Join(Store, "keyring", Rows.Stranger)], Files());
    }

    [Fact]
    public async Task Its_backups_say_why_they_are_an_error_and_cannot_be_restored()
    {
        DestroyedKey destroyed = await DestroyAsync();
        Assert.Equal(new DestroyedKey(1, 0), destroyed);
        Backup now = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((BackupStatus.Error, null), (now.Status, now.SnapshotId));
        Assert.Contains("destroyed", now.FailReason, StringComparison.Ordinal);

        // Not even by an administrator's word.
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, backup.Id, BackupStatus.Available, default);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default)
        );
        Assert.Contains("has no data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_held_keeps_the_key()
    {
        HoldService holds = core.Get<HoldService>();
        Hold hold = await holds.CreateAsync(WorkerFixture.Member, new NewHold(backup.Id, null, null), default);
        await core.DrainAsync();
        string[] before = Files();
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(DestroyAsync);
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains(backup.Id, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files());

        await holds.LiftAsync(CoreFixture.Admin, hold.Id, default);
        await core.DrainAsync();
        await DestroyAsync();
    }

    [Fact]
    public async Task The_trail_says_so_with_how_many()
    {
        await core.Sharings.ShareAsync(
            WorkerFixture.Member,
            new(backup.Id, [Rows.Stranger], MustAccept: false),
            default
        );
        await core.DrainAsync();
        await DestroyAsync();
        AuditEntry entry = Assert.Single(
            await core.Catalog.AuditAsync(),
            one => (one.Action, one.ProjectId) == (AuditAction.DestroyKey, Rows.Project)
        );
        Assert.StartsWith("host:", entry.Actor, StringComparison.Ordinal);
        Assert.Equal("""{"backups":"1","sharings":"1"}""", entry.Details);
        Assert.Contains(await core.Catalog.AuditAsync(), one => one.Action == AuditAction.CancelSharing);
    }

    [Fact]
    public async Task Recipients_have_it_no_more_and_what_they_waited_for_is_called_off()
    {
        await core.Sharings.ShareAsync(
            WorkerFixture.Member,
            new(backup.Id, [Rows.Stranger], MustAccept: false),
            default
        );
        await core.DrainAsync();
        Share theirs = await core.ShareAsync(owner: CoreFixture.Stranger);
        await core.Backups.RestoreAsync(CoreFixture.Stranger, backup.Id, theirs.Id, false, default);
        Operation restore = Assert.Single(
            await core.QueuedAsync(),
            operation => operation.Kind == OperationKind.RestoreBackup
        );
        await DestroyAsync();

        ServiceError gone = await Assert.ThrowsAsync<ServiceError>(() =>
            core.Backups.GetAsync(CoreFixture.Stranger, backup.Id, default)
        );
        Assert.Equal(ServiceErrorKind.NotFound, gone.Kind);
        Operation ended = (await core.Catalog.ReadAsync(s => s.Operations.FindAsync(restore.Id), default))!;
        Assert.Equal(OperationStatus.Cancelled, ended.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(theirs.Id))!.Status);
        await core.DrainAsync();
        await AssertNothingFailedAsync();
    }

    [Fact]
    public async Task The_next_backup_makes_a_new_repository_that_is_kept_as_any()
    {
        string former = (await core.Get<Keyring>().FindAsync(Rows.Project, default))!;
        await DestroyAsync();
        Backup next = await core.BackUpAsync(share);
        Assert.NotEqual(former, await core.Get<Keyring>().FindAsync(Rows.Project, default));
        using (Restic restic = await core.ResticAsync())
        {
            await restic.CheckAsync();
        }
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "file"), "after");
        await core.Backups.RestoreAsync(WorkerFixture.Member, next.Id, null, false, default);
        // Of the destroyed one nothing is left that maintenance would stop at.
        await core.Catalog.WriteAsync(
            session => session.QueueReapOfProjectAsync(Rows.Project, core.Time.GetUtcNow()),
            default
        );
        await core.Backups.DeleteAsync(WorkerFixture.Member, backup.Id, default);
        await core.DrainAsync();
        Assert.Equal("before", await File.ReadAllTextAsync(Path.Join(core.PathOf(share), "file")));
        Assert.Null(await core.Catalog.BackupAsync(backup.Id));
        Assert.Equal(next.SnapshotId, Assert.Single(await core.SnapshotsAsync()).Id.ToString());
        await AssertNothingFailedAsync();
    }

    [Theory]
    [InlineData(OperationKind.CreateBackup)]
    [InlineData(OperationKind.RestoreBackup)]
    [InlineData(OperationKind.Prune)]
    public async Task Work_on_the_repository_is_waited_for(string kind)
    {
        await QueueAsync(kind);
        Operation claimed = await core.ClaimAsync(kind);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(DestroyAsync);
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains(claimed.Id, error.Message, StringComparison.Ordinal);
        // Nor is a worker trusted to have stopped that may not have heard yet that it was cancelled.
        await core.Queue.CancelAsync(claimed.Id, default);
        await core.Catalog.WriteAsync(
            session => session.Operations.CancelAsync(claimed, "", core.Time.GetUtcNow()),
            default
        );
        await Assert.ThrowsAsync<ServiceError>(DestroyAsync);
        Assert.Equal(backup.SnapshotId, (await core.Catalog.BackupAsync(backup.Id))!.SnapshotId);

        core.Time.Advance(core.Options.Lease);
        await DestroyAsync();
    }

    [Fact]
    public async Task What_waits_is_done_where_it_can_be()
    {
        Backup deleted = await core.BackUpAsync(share);
        await core.Backups.DeleteAsync(WorkerFixture.Member, deleted.Id, default);
        Backup created = await core.CreateAsync(share);
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.QueueExportAsync(Rows.Project, core.Time.GetUtcNow());
                await session.QueueReapOfProjectAsync(Rows.Project, core.Time.GetUtcNow());
            },
            default
        );
        Assert.Equal(2, (await DestroyAsync()).Backups);
        await core.DrainAsync();
        Assert.Null(await core.Catalog.BackupAsync(deleted.Id));
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(created.Id))!.Status);
        Assert.Single(await core.SnapshotsAsync());
        await AssertNothingFailedAsync();
    }

    /// <summary>Wherever it dies: nothing is readable that was not, a new backup waits, and the next call ends it.</summary>
    [Theory]
    [InlineData("keyring/", false)]
    [InlineData("keyring/", true)]
    [InlineData("export/", false)]
    [InlineData("export/", true)]
    [InlineData(Rows.Project + "/keys/", false)]
    [InlineData(Rows.Project + "/keys/", true)]
    [InlineData(Rows.Project + "/config", false)]
    [InlineData(Rows.Project + "/config", true)]
    [InlineData(Rows.Project + "/snapshots/", false)]
    [InlineData(Rows.Project + "/data/", true)]
    public async Task Whoever_dies_in_between_has_the_next_call_end_it(string beneath, bool afterEffect)
    {
        core.Store.Fail(
            StoreCall.Delete,
            afterEffect ? Fault.Unacknowledged : Fault.Permanently,
            times: int.MaxValue,
            beneath: beneath
        );
        await Assert.ThrowsAsync<EngineError>(DestroyAsync);
        core.Store.Mend();
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(backup.Id))!.Status);

        Backup next = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(next.Id))!;
        Assert.Equal(BackupStatus.Creating, waiting.Status);
        Assert.Contains("destroyed", waiting.FailReason, StringComparison.Ordinal);

        Assert.NotNull(await Destruction().FindAsync(Rows.Project, default));
        await DestroyAsync();
        Assert.Empty(Files());
        core.Time.Advance(TimeSpan.FromMinutes(10));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(next.Id))!.Status);
        await AssertNothingFailedAsync();
    }

    /// <summary>Before each removal the lease is kept; the last is that the end is noted.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Whoever_loses_the_catalog_has_the_next_call_end_it(int write)
    {
        FaultyCatalog faulty = new(core.Catalog);
        faulty.FailWrite(write, afterEffect: false);
        await Assert.ThrowsAsync<ServiceError>(() => Destruction(faulty).DestroyAsync(Rows.Project, default));
        Assert.NotNull(await Destruction().FindAsync(Rows.Project, default));
        await DestroyAsync();
        Assert.Null(await Destruction().FindAsync(Rows.Project, default));
    }

    /// <summary>Stopped for longer than its lease, at any of its steps.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whoever_stood_still_leaves_what_was_made_since(int write)
    {
        Backup? next = null;
        await Overtaken.EndsAsync(
            core,
            write,
            still => Destruction(still).DestroyAsync(Rows.Project, default),
            async () =>
            {
                await DestroyAsync();
                next = await core.BackUpAsync(share);
            }
        );
        await core.Backups.RestoreAsync(WorkerFixture.Member, next!.Id, share.Id, false, default);
        await core.DrainAsync();
        await AssertNothingFailedAsync();
    }

    [Fact]
    public async Task A_catalog_that_is_made_again_knows_nothing_of_it()
    {
        await DestroyAsync();
        Assert.Empty(await RebuildAsync());
    }

    /// <summary>Once its password is gone; before that nothing was destroyed yet.</summary>
    [Fact]
    public async Task Nor_does_one_that_is_made_again_in_the_middle()
    {
        core.Store.Fail(StoreCall.Delete, Fault.Permanently, beneath: "export/");
        await Assert.ThrowsAsync<EngineError>(DestroyAsync);
        Assert.Empty(await RebuildAsync());
    }

    [Fact]
    public async Task There_is_nothing_to_destroy_of_a_project_without_a_key() =>
        Assert.Null(await Destruction().FindAsync(Rows.Stranger, default));

    [Fact]
    public async Task A_repository_without_its_key_is_destroyed_too()
    {
        File.Delete(Path.Join(Store, "keyring", Rows.Project));
        Assert.Equal(1, (await DestroyAsync()).Backups);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_key_that_is_being_changed_is_waited_for()
    {
        await core.Catalog.WriteAsync(
            session =>
                session.Leases.TryTakeAsync(
                    Keyring.ChangeLease + Rows.Project,
                    "x",
                    core.Time.GetUtcNow(),
                    TimeSpan.FromMinutes(1)
                ),
            default
        );
        Assert.Equal(ServiceErrorKind.Conflict, (await Assert.ThrowsAsync<ServiceError>(DestroyAsync)).Kind);
    }

    private Task<DestroyedKey> DestroyAsync() => Destruction().DestroyAsync(Rows.Project, default);

    private KeyDestruction Destruction(ICatalog? catalog = null) =>
        new(
            catalog ?? core.Catalog,
            core.Get<MasterKey>(),
            core.Get<Keyring>(),
            core.Get<ExportStore>(),
            core.Get<Repositories>(),
            core.Time
        );

    private string[] Files() => Directory.GetFiles(Store, "*", SearchOption.AllDirectories);

    private Task QueueAsync(string kind) =>
        kind switch
        {
            OperationKind.CreateBackup => core.CreateAsync(share),
            OperationKind.RestoreBackup => core.Backups.RestoreAsync(
                WorkerFixture.Member,
                backup.Id,
                null,
                false,
                default
            ),
            _ => core.Catalog.WriteAsync(
                session => session.Operations.AddAsync(NewOperation.Of(kind, Rows.Project, core.Time.GetUtcNow())),
                default
            ),
        };

    private async Task AssertNothingFailedAsync()
    {
        IReadOnlyList<OperationCount> counts = await core.Catalog.ReadAsync(s => s.Operations.CountAsync(), default);
        Assert.DoesNotContain(counts, one => one.Status == OperationStatus.Failed);
    }

    private async Task<IReadOnlyList<string>> RebuildAsync()
    {
        await using SqliteCatalog made = new(core.Directory["again/catalog.db"], core.Time);
        Repositories store = core.Get<Repositories>();
        MasterKey master = new(made, core.Options, core.Time);
        Keyring keyring = new(store, master);
        CatalogRebuild rebuild = new(made, master, keyring, new ExportStore(store, keyring), store, core.Time);
        return await rebuild.FindAsync(default);
    }
}
