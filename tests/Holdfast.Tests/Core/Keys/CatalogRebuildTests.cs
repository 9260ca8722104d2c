using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class CatalogRebuildTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private SqliteCatalog made = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        made = new SqliteCatalog(core.Directory["again/catalog.db"], core.Time);
    }

    public async ValueTask DisposeAsync()
    {
        await made.DisposeAsync();
        await core.DisposeAsync();
    }

    [Fact]
    public async Task Backups_shares_volumes_and_sharings_are_as_they_were()
    {
        Share share = await core.ShareAsync("my share");
        Backup first = await core.BackUpAsync(share);
        Backup second = await core.BackUpAsync(share);
        Volume volume = Rows.Volume("v1");
        await core.Catalog.AddVolumesAsync(volume);
        await core.Sharings.ShareAsync(
            WorkerFixture.Member,
            new(second.Id, [Rows.Stranger], MustAccept: true),
            default
        );
        await core.DrainAsync();

        RebuiltProject project = await RebuildOneAsync();
        Assert.Equal((2, 1, 1, 1), (project.Backups, project.Shares, project.Volumes, project.Sharings));
        Assert.Empty(project.Missing);
        Assert.Empty(project.Unacknowledged);
        Assert.Equal(await core.Catalog.BackupAsync(first.Id), await made.BackupAsync(first.Id));
        Assert.Equal(await core.Catalog.BackupAsync(second.Id), await made.BackupAsync(second.Id));
        Assert.Equal(volume, await made.VolumeAsync(volume.Id));
        Share again = (await made.ShareAsync(share.Id))!;
        Assert.Equal(
            (
                share.Name,
                share.ProjectId,
                share.Root,
                share.Path,
                share.ExportPath,
                share.ShareTypeName,
                share.CreatedAt
            ),
            (
                again.Name,
                again.ProjectId,
                again.Root,
                again.Path,
                again.ExportPath,
                again.ShareTypeName,
                again.CreatedAt
            )
        );
        Assert.Equal(
            await core.Catalog.ReadAsync(s => s.Sharings.GivenByAsync(Rows.Project, core.Time.GetUtcNow()), default),
            await made.ReadAsync(s => s.Sharings.GivenByAsync(Rows.Project, core.Time.GetUtcNow()), default)
        );
    }

    [Fact]
    public async Task Schedules_and_holds_are_as_they_were()
    {
        Share share = await core.ShareAsync();
        Backup backup = await core.BackUpAsync(share);
        Schedule schedule = await core.Get<ScheduleService>()
            .CreateAsync(
                WorkerFixture.Member,
                new NewSchedule(
                    share.Id,
                    null,
                    "nightly",
                    "30 2 * * *",
                    "Europe/Paris",
                    Enabled: true,
                    new Retention { KeepDaily = 7, KeepWithin = "1m" }
                ),
                default
            );
        Hold hold = await core.Get<HoldService>()
            .CreateAsync(WorkerFixture.Member, new NewHold(backup.Id, "Case 17", null), default);
        await core.DrainAsync();

        RebuiltProject project = await RebuildOneAsync();
        Assert.Equal((1, 1), (project.Schedules, project.Holds));
        Assert.Equal(schedule, await made.ReadAsync(session => session.Schedules.FindAsync(schedule.Id), default));
        Assert.Equal(hold, await made.ReadAsync(session => session.Holds.FindAsync(hold.Id), default));
    }

    [Fact]
    public async Task What_the_export_does_not_know_is_told_and_not_made_up()
    {
        Share share = await core.ShareAsync();
        Backup known = await core.BackUpAsync(share);
        string exports = core.Directory["store/export/" + Rows.Project];
        string export = Assert.Single(Directory.EnumerateFiles(exports));
        string kept = core.Directory["export"];
        File.Copy(export, kept);
        Backup later = await core.BackUpAsync(share);
        Directory.Delete(exports, recursive: true);
        Directory.CreateDirectory(exports);
        File.Copy(kept, export);

        RebuiltProject project = await RebuildOneAsync();
        UnacknowledgedSnapshot unnamed = Assert.Single(project.Unacknowledged);
        Assert.Equal((later.SnapshotId, later.Id, share.Id), (unnamed.SnapshotId, unnamed.BackupId, unnamed.SourceId));
        Assert.NotNull(await made.BackupAsync(known.Id));
        Assert.Null(await made.BackupAsync(later.Id));
    }

    [Fact]
    public async Task A_backup_whose_snapshot_is_gone_gets_no_row()
    {
        Share share = await core.ShareAsync();
        Backup lost = await core.BackUpAsync(share);
        Backup kept = await core.BackUpAsync(share);
        File.Delete(core.Directory[$"store/{Rows.Project}/snapshots/{lost.SnapshotId}"]);
        RebuiltProject project = await RebuildOneAsync();
        Assert.Equal([lost.Id], project.Missing);
        Assert.Null(await made.BackupAsync(lost.Id));
        Assert.NotNull(await made.BackupAsync(kept.Id));
    }

    [Fact]
    public async Task It_may_be_run_again_and_leaves_alone_what_the_catalog_knows()
    {
        Backup backup = await core.BackUpAsync(await core.ShareAsync());
        await RebuildOneAsync();
        await made.WriteAsync(session => session.Backups.RemoveAsync(backup.Id), default);
        Assert.Empty(await Rebuild().FindAsync(default));
        Assert.Null(await made.BackupAsync(backup.Id));
    }

    /// <summary>A service that was started on the empty catalog; with new backups there would be nothing to rebuild.</summary>
    [Fact]
    public async Task A_project_that_the_store_knows_better_is_backed_up_after_it()
    {
        Share share = await core.ShareAsync();
        Backup former = await core.BackUpAsync(share);
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.Backups.RemoveAsync(former.Id);
                await session.Repositories.RemoveAsync(Rows.Project);
            },
            default
        );
        Backup next = await core.CreateAsync(share);
        await core.DrainAsync();
        Backup waiting = (await core.Catalog.BackupAsync(next.Id))!;
        Assert.Equal(BackupStatus.Creating, waiting.Status);
        Assert.Contains("former backups", waiting.FailReason, StringComparison.Ordinal);

        CatalogRebuild rebuild = Rebuild(catalog: core.Catalog);
        await rebuild.RebuildAsync(Assert.Single(await rebuild.FindAsync(default)), default);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(next.Id))!.Status);
        Assert.Equal(former.SnapshotId, (await core.Catalog.BackupAsync(former.Id))!.SnapshotId);
    }

    /// <summary>Otherwise the next maintenance would hold the catalog for an old copy.</summary>
    [Fact]
    public async Task The_next_export_has_a_higher_number()
    {
        await core.BackUpAsync(await core.ShareAsync());
        long written = (await core.Get<ExportStore>().NumbersAsync(Rows.Project, default))[^1];
        await RebuildOneAsync();
        ProjectRepository repository = (
            await made.ReadAsync(session => session.Repositories.FindAsync(Rows.Project), default)
        )!;
        Assert.True(repository.ExportSequence > written);
    }

    [Theory]
    [InlineData(ShareStatus.BackupRestoring, ShareStatus.BackupRestoringError)]
    [InlineData(ShareStatus.BackupCreating, ShareStatus.Available)]
    [InlineData(ShareStatus.Deleting, ShareStatus.ErrorDeleting)]
    [InlineData(ShareStatus.Error, ShareStatus.Error)]
    public async Task What_was_under_way_with_a_share_is_over(string before, string after)
    {
        Share share = await core.ShareAsync();
        Backup backup = await core.BackUpAsync(share);
        await core.Catalog.WriteAsync(
            session => session.Shares.SetStatusAsync(share.Id, from: null, before, core.Time.GetUtcNow()),
            default
        );
        await core.Backups.UpdateAsync(WorkerFixture.Member, backup.Id, new(true, "renamed", false, null), default);
        await core.DrainAsync();
        await RebuildOneAsync();
        Assert.Equal(after, (await made.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task A_share_of_a_type_that_is_gone_gets_one_that_no_project_was_given()
    {
        Share share = await core.ShareAsync();
        await core.Catalog.WriteAsync(
            async session =>
            {
                ShareType type = new()
                {
                    Id = "t2",
                    Name = "fast",
                    ExtraSpecs = share.ExtraSpecs,
                };
                await session.ShareTypes.TryAddAsync(type, core.Time.GetUtcNow());
                await session.ExecuteAsync("UPDATE shares SET share_type_id = 't2'");
            },
            default
        );
        await core.BackUpAsync(share);
        await RebuildOneAsync();
        ShareType again = (await made.ReadAsync(session => session.ShareTypes.FindNamedAsync("fast"), default))!;
        Assert.False(again.IsPublic);
        Assert.False(again.IsDefault);
        Assert.Equal("t2", (await made.ShareAsync(share.Id))!.ShareTypeId);
    }

    [Fact]
    public async Task The_project_has_its_name_again_or_a_longer_one_where_it_is_taken()
    {
        await core.Catalog.WriteAsync(
            session => session.Projects.TryAddAsync(new Project { Id = Rows.Project, Name = "admin" }),
            default
        );
        await core.BackUpAsync(await core.ShareAsync());
        await made.MigrateAsync(default);
        await made.WriteAsync(
            session => session.Projects.TryAddAsync(new Project { Id = Rows.Stranger, Name = "admin" }),
            default
        );
        Assert.Equal("admin", (await RebuildOneAsync()).Name);
        Project again = (await made.ReadAsync(session => session.Projects.FindAsync(Rows.Project), default))!;
        Assert.Equal($"admin-{Rows.Project[..8]}", again.Name);
    }

    [Fact]
    public async Task It_leaves_a_trace()
    {
        await core.BackUpAsync(await core.ShareAsync());
        await RebuildOneAsync();
        Assert.Single(
            await made.AuditAsync(),
            entry => (entry.Action, entry.ProjectId) == (AuditAction.RebuildCatalog, Rows.Project)
        );
    }

    /// <summary>The catalog must not take the fingerprint of a key that opens nothing: the right one would be refused then.</summary>
    [Fact]
    public async Task A_wrong_master_key_changes_nothing()
    {
        await core.BackUpAsync(await core.ShareAsync());
        string path = core.Directory["other.key"];
        await File.WriteAllBytesAsync(path, new byte[MasterKey.Size]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            Rebuild(core.Options with { MasterKeyFile = path }).FindAsync(default)
        );
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.Contains("master key", error.Advice, StringComparison.Ordinal);
        Assert.Equal(1, (await RebuildOneAsync()).Backups);
    }

    [Fact]
    public async Task Without_a_master_key_none_is_made()
    {
        await core.BackUpAsync(await core.ShareAsync());
        string path = core.Directory["absent.key"];
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            Rebuild(core.Options with { MasterKeyFile = path }).FindAsync(default)
        );
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task An_empty_store_needs_no_key_and_leaves_nothing_to_do() =>
        Assert.Empty(
            await Rebuild(core.Options with { MasterKeyFile = core.Directory["absent.key"] }).FindAsync(default)
        );

    /// <summary>Its rows would be none, and maintenance would take every backup for nobody's.</summary>
    [Fact]
    public async Task A_project_with_snapshots_and_no_export_is_left_out()
    {
        await core.BackUpAsync(await core.ShareAsync());
        Directory.Delete(core.Directory["store/export/" + Rows.Project], recursive: true);
        CatalogRebuild rebuild = Rebuild();
        string project = Assert.Single(await rebuild.FindAsync(default));
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => rebuild.RebuildAsync(project, default));
        Assert.Equal(EngineErrorKind.NotFound, error.Kind);
        Assert.Equal([project], await rebuild.FindAsync(default));
    }

    [Fact]
    public async Task One_damaged_key_keeps_no_other_project_from_its_rows()
    {
        await core.BackUpAsync(await core.ShareAsync());
        string first = core.Directory["store/keyring/" + new string('0', 32)];
        await File.WriteAllBytesAsync(first, new byte[100]);
        CatalogRebuild rebuild = Rebuild();
        IReadOnlyList<string> projects = await rebuild.FindAsync(default);
        Assert.Equal([new string('0', 32), Rows.Project], projects);
        Assert.Equal(1, (await rebuild.RebuildAsync(Rows.Project, default))!.Backups);
    }

    [Fact]
    public async Task A_foreign_share_is_as_its_owner_has_it()
    {
        Share share = await core.ShareAsync("old name");
        Backup backup = await core.BackUpAsync(share);
        await GiveAsync("old name");
        await core.Get<ProjectExporter>().ExportAsync(Rows.Project, default);
        await GiveAsync("new name");
        await core.Get<Keyring>().GetOrMakeAsync(Rows.Stranger, default);
        await core.Get<ProjectExporter>().ExportAsync(Rows.Stranger, default);
        CatalogRebuild rebuild = Rebuild();
        Assert.Contains(Rows.Project, await rebuild.FindAsync(default));
        await rebuild.RebuildAsync(Rows.Project, default);
        Assert.Equal("new name", (await made.ShareAsync(share.Id))!.Name);
        Assert.NotNull(await made.BackupAsync(backup.Id));

        Task GiveAsync(string name) =>
            core.Catalog.WriteAsync(
                async session =>
                {
                    await session.ExecuteAsync(
                        "UPDATE shares SET project_id = @project, name = @name",
                        new { project = Rows.Stranger, name }
                    );
                    await session.Repositories.AddAsync(Rows.Stranger, "r", core.Time.GetUtcNow());
                },
                default
            );
    }

    [Fact]
    public async Task A_damaged_export_leaves_the_project_out()
    {
        await core.BackUpAsync(await core.ShareAsync());
        string export = Assert.Single(Directory.EnumerateFiles(core.Directory["store/export/" + Rows.Project]));
        byte[] content = await File.ReadAllBytesAsync(export);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(export, content);
        CatalogRebuild rebuild = Rebuild();
        string project = Assert.Single(await rebuild.FindAsync(default));
        await Assert.ThrowsAsync<EngineError>(() => rebuild.RebuildAsync(project, default));
        Assert.Equal([project], await rebuild.FindAsync(default));
    }

    private async Task<RebuiltProject> RebuildOneAsync()
    {
        CatalogRebuild rebuild = Rebuild();
        string project = Assert.Single(await rebuild.FindAsync(default));
        return (await rebuild.RebuildAsync(project, default))!;
    }

    private CatalogRebuild Rebuild(CoreOptions? options = null, ICatalog? catalog = null)
    {
        Repositories store = core.Get<Repositories>();
        catalog ??= made;
        MasterKey master = new(catalog, options ?? core.Options, core.Time);
        Keyring keyring = new(store, master);
        return new CatalogRebuild(catalog, master, keyring, new ExportStore(store, keyring), store, core.Time);
    }
}
