using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Engine;

namespace Holdfast.Core.Services;

/// <summary>An entry of a backup, and a part of what is in it.</summary>
/// <param name="Entries">Null where the entry is no directory.</param>
/// <param name="More">Whether there are entries behind these.</param>
public sealed record BackupLook(BackupEntry Entry, IReadOnlyList<BackupEntry>? Entries, bool More);

/// <summary>What became of the entries from one backup to another.</summary>
/// <param name="More">Whether there are changes behind these.</param>
public sealed record BackupChanges(IReadOnlyList<EntryChange> Changes, bool More);

/// <summary>A path of a share as one of its backups has it.</summary>
/// <param name="Entry">Null where the backup has no such path.</param>
/// <param name="Changed">Whether the backup before has something else there, or nothing.</param>
/// <param name="Problem">Why the backup cannot be looked into; null where it was.</param>
public sealed record PathVersion(Backup Backup, BackupEntry? Entry, bool Changed, string? Problem);

/// <summary>The versions of a path, newest first.</summary>
/// <param name="Next">Where the list goes on; null at its end.</param>
public sealed record PathHistory(IReadOnlyList<PathVersion> Versions, (DateTimeOffset CreatedAt, string Id)? Next);

/// <summary>An entry that is about to be sent. Disposed when it was.</summary>
public sealed class BackupDownload(OpenBackup backup, BackupEntry entry, IDisposable place) : IAsyncDisposable
{
    public OpenBackup Backup => backup;

    public BackupEntry Entry => entry;

    public async ValueTask DisposeAsync()
    {
        await backup.DisposeAsync();
        place.Dispose();
    }
}

/// <summary>
/// The use cases of what is in a backup: to look, and to take a copy. A recipient of a sharing may do both, as they may
/// restore it; the owner's audit trail says so.
/// </summary>
public sealed class BackupFileService(
    ICatalog catalog,
    Policy policy,
    BackupReading reading,
    BackupService backups,
    DownloadLimit downloads,
    TimeProvider time
)
{
    /// <summary>Rows of backups read at once, of which some may have failed.</summary>
    private const int LeastRead = 100;

    /// <summary>Looked into side by side, for a store that is far away.</summary>
    private const int BackupsAtOnce = 16;

    /// <summary>A page of changes ends with the one whose path reaches it. A path may have a mebibyte.</summary>
    internal long MostPathBytes { get; init; } = 8 << 20;

    /// <param name="path">Raw bytes, names joined by slashes; empty for the share's own directory.</param>
    /// <param name="from">Of a directory: entries whose names' bytes are earlier are left out.</param>
    /// <param name="limit">Entries at most, at least one.</param>
    public async Task<BackupLook> LookAsync(
        Caller caller,
        string backupId,
        byte[] path,
        byte[] from,
        int limit,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "backup_file:get");
        (Backup backup, Sharing? given) = await catalog.FindReadableAsync(caller, backupId, time, cancellationToken);
        await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
        using IDisposable place = downloads.BeginLook(caller.ProjectId);
        await using OpenBackup open = await reading.OpenAsync(backup, cancellationToken);
        BackupEntry entry = await open.FindAsync(path, cancellationToken);
        if (!entry.IsDirectory)
        {
            return new BackupLook(entry, null, More: false);
        }
        IReadOnlyList<BackupEntry> entries = await open.ListAsync(entry, from, limit + 1, cancellationToken);
        return entries.Count > limit
            ? new BackupLook(entry, [.. entries.Take(limit)], More: true)
            : new BackupLook(entry, entries, More: false);
    }

    /// <param name="path">As <see cref="LookAsync"/> has it.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.TooManyRequests"/> beside the others.</exception>
    public async Task<BackupDownload> OpenAsync(
        Caller caller,
        string backupId,
        byte[] path,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "backup_file:download");
        (Backup backup, Sharing? given) = await catalog.FindReadableAsync(caller, backupId, time, cancellationToken);
        await catalog.NoteDownloadAsync(caller, backup, given, time, cancellationToken);
        IDisposable place = downloads.Begin(caller.ProjectId);
        OpenBackup? open = null;
        try
        {
            open = await reading.OpenAsync(backup, cancellationToken);
            return new BackupDownload(open, await open.FindAsync(path, cancellationToken), place);
        }
        catch
        {
            if (open is not null)
            {
                await open.DisposeAsync();
            }
            place.Dispose();
            throw;
        }
    }

    /// <summary>What changed from an earlier backup, or a later one, of the same project to this one.</summary>
    /// <param name="behind">Changes up to this path are left out; empty leaves out none.</param>
    /// <param name="metadata">Also where nothing but owners, modes, times and attributes have changed.</param>
    public async Task<BackupChanges> ChangesAsync(
        Caller caller,
        string backupId,
        string sinceId,
        byte[] behind,
        bool metadata,
        int limit,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "backup_file:get");
        (Backup backup, Sharing? given) = await catalog.FindReadableAsync(caller, backupId, time, cancellationToken);
        (Backup since, Sharing? sinceGiven) = await catalog.FindReadableAsync(caller, sinceId, time, cancellationToken);
        if (since.ProjectId != backup.ProjectId)
        {
            throw ServiceError.Invalid(
                "Backups of two projects cannot be compared: each is cut into pieces in its own way."
            );
        }
        await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
        await catalog.NoteLookAsync(caller, since, sinceGiven, time, cancellationToken);
        using IDisposable place = downloads.Begin(caller.ProjectId);
        await using OpenProject project = await reading.OpenProjectAsync(backup, cancellationToken);
        await using OpenBackup open = await project.OpenAsync(backup, cancellationToken);
        await using OpenBackup earlier = await project.OpenAsync(since, cancellationToken);
        (IReadOnlyList<EntryChange> changes, bool more) = await open.ChangesSinceAsync(
            earlier,
            behind,
            limit,
            MostPathBytes,
            metadata,
            cancellationToken
        );
        return new BackupChanges(changes, more);
    }

    /// <summary>Restores chosen paths of a share's backup.</summary>
    /// <param name="shareId">Null: the share it was taken of.</param>
    public async Task<Operation> RestoreAsync(
        Caller caller,
        string backupId,
        string? shareId,
        RestoreSelection selection,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_backup:restore");
        (Backup backup, _) = await catalog.FindReadableAsync(caller, backupId, time, cancellationToken);
        if (backup.ShareId is null)
        {
            throw ServiceError.Invalid(
                "Files are restored of the backups of shares; a volume's is restored as a whole."
            );
        }
        using (downloads.BeginLook(caller.ProjectId))
        await using (OpenBackup open = await reading.OpenAsync(backup, cancellationToken))
        {
            foreach (byte[] path in selection.Paths)
            {
                if (await open.TryFindAsync(path, cancellationToken) is null)
                {
                    throw ServiceError.Invalid($"The backup has no '{BackupEntry.Text(path)}'.");
                }
            }
        }
        return await backups.RestoreFilesAsync(caller, backupId, shareId, selection, cancellationToken);
    }

    /// <summary>A path of a share as the project's backups of it have it.</summary>
    /// <param name="path">As <see cref="LookAsync"/> has it.</param>
    /// <param name="after">Only what stands behind this backup in the list, whether or not it is still there.</param>
    public async Task<PathHistory> HistoryAsync(
        Caller caller,
        string shareId,
        byte[] path,
        (DateTimeOffset CreatedAt, string Id)? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "backup_file:get");
        BackupFilter filter = new() { ProjectId = caller.ProjectId, ShareId = shareId };
        // One more than is shown, so that it is known whether the last one changed.
        List<Backup> readable = await NewestAsync(filter, after, limit + 1, cancellationToken);
        Backup? last = readable.Count > limit ? readable[limit - 1] : null;
        (DateTimeOffset, string)? next = last is null ? null : (last.CreatedAt, last.Id);
        if (readable.Count == 0)
        {
            await catalog.RequireKnownShareAsync(caller, shareId, cancellationToken);
            return new PathHistory([], next);
        }
        using IDisposable place = downloads.Begin(caller.ProjectId);
        Version?[] versions = new Version?[readable.Count];
        await using OpenProject project = await reading.OpenProjectAsync(readable[0], cancellationToken);
        await Parallel.ForAsync(
            0,
            versions.Length,
            new ParallelOptions { MaxDegreeOfParallelism = BackupsAtOnce, CancellationToken = cancellationToken },
            async (index, token) => versions[index] = await VersionAsync(project, readable[index], path, token)
        );
        List<Version> found = [.. versions.OfType<Version>()];
        int shown = versions.Take(limit).Count(one => one is not null);
        return new PathHistory(
            [
                .. found
                    .Take(shown)
                    .Select((one, at) => new PathVersion(one.Backup, one.Entry, HasChanged(found, at), one.Problem)),
            ],
            next
        );
    }

    /// <summary>Backups that can be read, the newest first.</summary>
    /// <param name="enough">How many, if there are so many.</param>
    private async Task<List<Backup>> NewestAsync(
        BackupFilter filter,
        (DateTimeOffset CreatedAt, string Id)? after,
        int enough,
        CancellationToken cancellationToken
    )
    {
        List<Backup> readable = [];
        RowPlace? place = after is var (createdAt, id) ? new RowPlace(createdAt, id) : null;
        SortColumn<Backup> column = new("created_at", row => row.CreatedAt);
        while (true)
        {
            RowOrder<Backup> order = new(column, Descending: true, place);
            RowList<Backup> list = await catalog.ReadAsync(
                session =>
                    order.PageAsync(Math.Max(enough, LeastRead), page => session.Backups.ListAsync(filter, page)),
                cancellationToken
            );
            readable.AddRange(list.Rows.Where(BackupRules.CanBeRead).Take(enough - readable.Count));
            if (readable.Count == enough || !list.More)
            {
                return readable;
            }
            place = new RowPlace(list.Rows[^1].CreatedAt, list.Rows[^1].Id);
        }
    }

    /// <returns>Null where the backup was deleted meanwhile.</returns>
    private static async Task<Version?> VersionAsync(
        OpenProject project,
        Backup backup,
        byte[] path,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using OpenBackup open = await project.OpenAsync(backup, cancellationToken);
            return new Version(backup, await open.TryFindAsync(path, cancellationToken), null);
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.NotFound)
        {
            return null;
        }
        catch (ServiceError error) when (error.InnerException is EngineError { Temporary: false })
        {
            return new Version(backup, null, error.Message);
        }
    }

    /// <summary>From the one before that can be read.</summary>
    private static bool HasChanged(List<Version> versions, int index) =>
        versions[index].Problem is null
        && (versions[index].Entry, versions.Skip(index + 1).FirstOrDefault(one => one.Problem is null)?.Entry) switch
        {
            (null, null) => false,
            ({ } entry, { } earlier) => OpenBackup.Differs(entry, earlier),
            _ => true,
        };

    /// <param name="Problem">Why the backup cannot be looked into; null where it was.</param>
    private sealed record Version(Backup Backup, BackupEntry? Entry, string? Problem);

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);
}
