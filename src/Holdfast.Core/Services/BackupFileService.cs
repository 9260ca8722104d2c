using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;

namespace Holdfast.Core.Services;

/// <summary>An entry of a backup, and a part of what is in it.</summary>
/// <param name="Entries">Null where the entry is no directory.</param>
/// <param name="More">Whether there are entries behind these.</param>
public sealed record BackupLook(BackupEntry Entry, IReadOnlyList<BackupEntry>? Entries, bool More);

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
    DownloadLimit downloads,
    TimeProvider time
)
{
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
        (Backup backup, Sharing? given) = await FindAsync(caller, backupId, cancellationToken);
        await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
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
        (Backup backup, Sharing? given) = await FindAsync(caller, backupId, cancellationToken);
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

    /// <summary>Permission alone, for the endpoints that must refuse before they read the query.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <returns>The backup, which can be read, and the sharing that gives it where it is not the caller's own.</returns>
    private async Task<(Backup Backup, Sharing? Given)> FindAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = time.Now();
        (Backup? backup, Sharing? given) = await catalog.ReadAsync(
            session => session.FindUsableBackupAsync(caller, id, now),
            cancellationToken
        );
        if (backup is null)
        {
            throw ServiceError.NotFound($"Backup {id} could not be found.");
        }
        return backup is { SnapshotId: not null, Status: BackupStatus.Available or BackupStatus.Restoring }
            ? (backup, given)
            : throw ServiceError.Conflict(
                $"Backup {id} is '{backup.Status}': only one that is available can be looked into."
            );
    }
}
