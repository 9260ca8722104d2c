using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Keys;

/// <summary>What became of one project of the store.</summary>
/// <param name="ExportedAt">When the export that the rows are from was written; null when there is none.</param>
/// <param name="Missing">Backups that the export names and whose snapshots are gone: deleted since, or lost.</param>
/// <param name="Unacknowledged">Snapshots that the export does not name; maintenance removes them after a day.</param>
public sealed record RebuiltProject(
    string ProjectId,
    string? Name,
    DateTimeOffset? ExportedAt,
    int Shares,
    int Volumes,
    int Backups,
    int Sharings,
    int Schedules,
    int Holds,
    IReadOnlyList<string> Missing,
    IReadOnlyList<UnacknowledgedSnapshot> Unacknowledged
);

/// <summary>A snapshot of ours that no row names: a backup that was made after the last export, or whose end was never told.</summary>
/// <param name="SourceId">The share or volume that it is of.</param>
public sealed record UnacknowledgedSnapshot(
    string SnapshotId,
    string? BackupId,
    string? SourceId,
    DateTimeOffset? Time
);

/// <summary>
/// Makes the rows of a lost catalog again from the store and the master key: of each project that has a repository and that
/// the catalog does not know, all in one transaction. What the catalog knows is left alone, so that it may be run again,
/// and beside a running service.
/// </summary>
public sealed class CatalogRebuild(
    ICatalog catalog,
    MasterKey master,
    Keyring keyring,
    ExportStore exports,
    Repositories repositories,
    TimeProvider time
)
{
    /// <summary>Migrates the catalog, loads the master key, and finds what there is to do.</summary>
    /// <returns>Ids of the projects that have a repository in the store and none in the catalog.</returns>
    /// <exception cref="ServiceError">No master key, or another than the catalog's.</exception>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: another key than the store's.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> stored = await keyring.ProjectsAsync(cancellationToken);
        await catalog.MigrateAsync(cancellationToken);
        if (stored.Count == 0)
        {
            return [];
        }
        await master.LoadForStoreAsync(() => OpenAnyAsync(stored, cancellationToken), cancellationToken);
        IReadOnlyList<ProjectRepository> known = await catalog.ReadAsync(
            session => session.Repositories.ListAsync(),
            cancellationToken
        );
        return [.. stored.Except(known.Select(repository => repository.ProjectId), StringComparer.Ordinal)];
    }

    /// <summary>Of many one may be damaged: the right master key opens another.</summary>
    private async Task OpenAnyAsync(IReadOnlyList<string> projects, CancellationToken cancellationToken)
    {
        for (int index = 0; ; index++)
        {
            try
            {
                _ = await keyring.FindAsync(projects[index], cancellationToken);
                return;
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged && index + 1 < projects.Count) { }
        }
    }

    /// <returns>Null when the project has a key and no repository: its first backup never began.</returns>
    /// <exception cref="EngineError">
    /// The store failed, or does not list all that it has; <see cref="EngineErrorKind.Damaged"/>: the project's key, export or repository cannot be read;
    /// <see cref="EngineErrorKind.NotFound"/>: it has snapshots, and no export says what they are. Of this project nothing was
    /// changed.
    /// </exception>
    public async Task<RebuiltProject?> RebuildAsync(string project, CancellationToken cancellationToken)
    {
        if (!await repositories.ExistsAsync(project, cancellationToken))
        {
            return null;
        }
        string password = (await keyring.FindAsync(project, cancellationToken))!;
        ProjectExport? export = await exports.FindLatestAsync(project, cancellationToken);
        RepositoryOptions opening = new() { Time = time };
        await using Repository repository = await repositories.OpenAsync(project, password, opening, cancellationToken);
        HashSet<Id> snapshots = await repository.ListSnapshotIdsAsync(cancellationToken);
        ILookup<bool, Backup> backups = (export?.Backups ?? []).ToLookup(backup =>
            Id.TryParse(backup.SnapshotId, out Id id) && snapshots.Remove(id)
        );
        // A backup without a row is a snapshot that maintenance removes: that it is not listed is not enough.
        await repository.RequireAbsentAsync(
            backups[false].SelectMany(backup => Id.TryParse(backup.SnapshotId, out Id id) ? [id] : Array.Empty<Id>()),
            cancellationToken
        );
        var unacknowledged = new List<UnacknowledgedSnapshot>();
        foreach (Id id in snapshots.Order())
        {
            unacknowledged.Add(await DescribeAsync(repository, id, cancellationToken));
        }
        if (export is null && unacknowledged.Count > 0)
        {
            throw new EngineError(
                EngineErrorKind.NotFound,
                temporary: false,
                $"It has {unacknowledged.Count} snapshots, and no export that says which backups they are.",
                $"Put export/{project} of the store back from a copy; restic reads the snapshots without it."
            );
        }
        IReadOnlyList<Share> shares = export is null ? [] : await SharesAsync(export, cancellationToken);
        return await catalog.WriteAsync(
            async session =>
            {
                AddedRows added = export is null
                    ? new AddedRows()
                    : await AddAsync(session, export with { Shares = shares }, [.. backups[true]]);
                DateTimeOffset now = time.Now();
                await session.Repositories.AddAsync(project, repository.Id, now);
                // The next export takes a higher number than this one, and counts.
                _ = await session.Repositories.NextExportAsync(project, export?.Sequence ?? 0);
                await session.NoteByHostAsync(AuditAction.RebuildCatalog, project, now);
                return new RebuiltProject(
                    project,
                    export?.Project?.Name,
                    export?.At,
                    added.Shares,
                    added.Volumes,
                    backups[true].Count(),
                    added.Sharings,
                    added.Schedules,
                    added.Holds,
                    [.. backups[false].Select(backup => backup.Id)],
                    unacknowledged
                );
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Others' shares that it has backups of as their owners' exports have them, which are written when the share changes.
    /// One that its owner's export does not know any more is gone.
    /// </summary>
    private async Task<IReadOnlyList<Share>> SharesAsync(ProjectExport export, CancellationToken cancellationToken)
    {
        List<Share> shares = [];
        foreach (IGrouping<string, Share> owned in export.Shares.GroupBy(share => share.ProjectId))
        {
            ProjectExport? owner =
                owned.Key == export.ProjectId ? export : await FindReadableAsync(owned.Key, cancellationToken);
            Dictionary<string, Share>? known = owner?.Shares.ToDictionary(share => share.Id);
            shares.AddRange(
                owned.Select(share =>
                    known is null ? share
                    : known.TryGetValue(share.Id, out Share? latest) ? latest
                    : share with { Status = ShareStatus.Error }
                )
            );
        }
        return shares;
    }

    private async Task<ProjectExport?> FindReadableAsync(string project, CancellationToken cancellationToken)
    {
        try
        {
            return await exports.FindLatestAsync(project, cancellationToken);
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.Damaged or EngineErrorKind.NotFound)
        {
            return null; // Told of when it is that project's turn.
        }
    }

    private static async Task<UnacknowledgedSnapshot> DescribeAsync(
        Repository repository,
        Id id,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Snapshot snapshot = await repository.LoadSnapshotAsync(id, cancellationToken);
            string? backup = SnapshotTags.BackupOf(snapshot);
            string? source = backup is null ? null : SnapshotTags.SourceOf(snapshot);
            return new UnacknowledgedSnapshot(id.ToString(), backup, source, snapshot.Time);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
        {
            return new UnacknowledgedSnapshot(id.ToString(), null, null, null);
        }
    }

    private readonly record struct AddedRows(int Shares, int Volumes, int Sharings, int Schedules, int Holds);

    private async Task<AddedRows> AddAsync(ICatalogSession session, ProjectExport export, IReadOnlyList<Backup> backups)
    {
        if (export.Project is { } owner)
        {
            await AddProjectAsync(session, owner);
        }
        int shares = 0;
        foreach (Share share in export.Shares)
        {
            shares += await TryAddShareAsync(session, share) ? 1 : 0;
        }
        int volumes = 0;
        foreach (Volume volume in export.Volumes)
        {
            if (await session.Volumes.FindAsync(volume.Id) is null)
            {
                await session.Volumes.AddAsync(volume with { Status = Settled(volume) });
                volumes++;
            }
        }
        foreach (Backup backup in backups)
        {
            await session.Backups.AddAsync(backup with { Status = Settled(backup), RestoreProgress = 0 });
        }
        HashSet<string> there = [.. backups.Select(backup => backup.Id)];
        int sharings = 0;
        foreach (Sharing sharing in export.Sharings)
        {
            if (there.Contains(sharing.BackupId) && !(sharing.ExpiresAt <= time.Now()))
            {
                await session.Sharings.AddAsync(sharing);
                sharings++;
            }
        }
        int holds = 0;
        foreach (Hold hold in export.Holds.Where(hold => there.Contains(hold.BackupId) && hold.Holds(time.Now())))
        {
            await session.Holds.AddAsync(hold);
            holds++;
        }
        int schedules = 0;
        foreach (Schedule schedule in export.Schedules)
        {
            bool hasSource = schedule.ShareId is { } share
                ? await session.Shares.FindAsync(share) is not null
                : await session.Volumes.FindAsync(schedule.VolumeId!) is not null;
            if (hasSource)
            {
                // What fell due while the catalog was lost is asked for once; what may go is seen with the next backup.
                await session.Schedules.AddAsync(schedule with { LookAt = schedule.NextAt, RetainAt = null });
                schedules++;
            }
        }
        return new AddedRows(shares, volumes, sharings, schedules, holds);
    }

    /// <summary>Under another name when the name is taken: the first start of a new catalog makes a project <c>admin</c>.</summary>
    private static async Task AddProjectAsync(ICatalogSession session, Project project)
    {
        if (await session.Projects.FindAsync(project.Id) is null && !await session.Projects.TryAddAsync(project))
        {
            _ = await session.Projects.TryAddAsync(project with { Name = $"{project.Name}-{project.Id[..8]}" });
        }
    }

    /// <returns>False when it is there: another project, which has backups of it, has brought it.</returns>
    private async Task<bool> TryAddShareAsync(ICatalogSession session, Share share)
    {
        if (await session.Shares.FindAsync(share.Id) is not null)
        {
            return false;
        }
        DateTimeOffset now = time.Now();
        string type = await TypeAsync(session, share, now);
        await session.Shares.AddAsync(share with { ShareTypeId = type, Status = Settled(share), TaskState = null });
        if (share.ExportPath is { } path)
        {
            string location = Guid.NewGuid().ToString();
            await session.ExportLocations.AddAsync(new ExportLocation(location, share.Id, path, true, now));
        }
        return true;
    }

    /// <summary>
    /// The type of that name, or a new one that no project was given yet: who may use it, only the catalog knew.
    /// </summary>
    private static async Task<string> TypeAsync(ICatalogSession session, Share share, DateTimeOffset now)
    {
        if (await session.ShareTypes.FindNamedAsync(share.ShareTypeName) is { } known)
        {
            return known.Id;
        }
        bool isDefault = share.ShareTypeName == ShareType.Default;
        ShareType type = new()
        {
            Id = share.ShareTypeId,
            Name = share.ShareTypeName,
            IsPublic = isDefault,
            IsDefault = isDefault,
            ExtraSpecs = share.ExtraSpecs,
        };
        _ = await session.ShareTypes.TryAddAsync(type, now);
        return type.Id;
    }

    // Whatever was being done to it has ended with the catalog that knew of it.
    private static string Settled(Share share) =>
        share.Status switch
        {
            ShareStatus.BackupCreating => ShareStatus.Available,
            ShareStatus.BackupRestoring => ShareStatus.BackupRestoringError,
            ShareStatus.Creating => ShareStatus.Error,
            ShareStatus.Deleting => ShareStatus.ErrorDeleting,
            _ => share.Status,
        };

    private static string Settled(Volume volume) =>
        volume.Status switch
        {
            VolumeStatus.BackingUp => VolumeStatus.Available,
            VolumeStatus.RestoringBackup => VolumeStatus.ErrorRestoring,
            VolumeStatus.Creating => VolumeStatus.Error,
            VolumeStatus.Deleting => VolumeStatus.ErrorDeleting,
            _ => volume.Status,
        };

    private static string Settled(Backup backup) =>
        backup.Status switch
        {
            BackupStatus.Creating or BackupStatus.Restoring => BackupStatus.Available,
            BackupStatus.Deleting => BackupStatus.ErrorDeleting,
            _ => backup.Status,
        };
}
