using System.Globalization;
using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Restores a backup into this node's scratch place, reads what was restored again and compares it, and notes how long the
/// restore took. Nothing of it stays. A run that dies leaves files in the scratch place, which the next drill there removes.
/// </summary>
public sealed class RestoreDrill(
    ICatalog catalog,
    ProjectRepositories repositories,
    ScratchPlace scratch,
    TimeProvider time
) : IOperationHandler
{
    /// <summary>How long a drill is remembered.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(400);

    private static readonly byte[] Name = "restored"u8.ToArray();

    public string Kind => OperationKind.Drill;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Drill result =
            await catalog.ReadAsync(s => s.Backups.FindAsync(row.BackupId!), cancellationToken) is { } backup
            && BackupRules.CanBeRead(backup)
                ? await TryAsync(claimed, backup, cancellationToken)
                : Skipped(row, "The backup is gone.");
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Drills.EndAsync(result with { FinishedAt = now });
                if (result.Outcome == DrillOutcome.Passed)
                {
                    await session.Backups.SetRestoredAsync(row.BackupId!, now);
                }
            },
            cancellationToken
        );
    }

    /// <exception cref="EngineError">It cannot be restored: that is noted.</exception>
    private async Task<Drill> TryAsync(ClaimedOperation claimed, Backup backup, CancellationToken cancellationToken)
    {
        try
        {
            await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
            await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
            using DirectoryHandle place = scratch.Open(cancellationToken);
            try
            {
                return await held.WhileHeldAsync(
                    token => RestoreAsync(repository, claimed, backup, place, token),
                    cancellationToken
                );
            }
            finally
            {
                scratch.Empty(CancellationToken.None);
            }
        }
        catch (EngineError error) when (!error.Temporary)
        {
            Drill failed = New(claimed.Row, DrillOutcome.Failed, error.PublicMessage ?? "It could not be restored.");
            if (await claimed.IsHeldAsync(cancellationToken))
            {
                await catalog.WriteAsync(
                    session => session.Drills.EndAsync(failed with { FinishedAt = time.Now() }),
                    cancellationToken
                );
            }
            throw;
        }
    }

    private async Task<Drill> RestoreAsync(
        Repository repository,
        ClaimedOperation claimed,
        Backup backup,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        Snapshot snapshot = await repository.LoadSnapshotAsync(Id.Parse(backup.SnapshotId), cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        long needed = snapshot.Summary?.TotalBytesProcessed ?? (long)backup.Size << 30;
        long room = scratch.Room;
        if (needed > room)
        {
            return Skipped(
                claimed.Row,
                string.Create(CultureInfo.InvariantCulture, $"It has {needed} bytes, and there is room for {room}.")
            );
        }
        return backup.OfVolume
            ? await RestoreImageAsync(repository, claimed, snapshot, place, cancellationToken)
            : await RestoreTreeAsync(repository, claimed, snapshot, place, cancellationToken);
    }

    private async Task<Drill> RestoreTreeAsync(
        Repository repository,
        ClaimedOperation claimed,
        Snapshot snapshot,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        byte[] share = Encoding.UTF8.GetBytes(SnapshotTags.SourceOf(snapshot));
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(snapshot, share, cancellationToken);
        Demand(place.TryMakeDirectory(Name));
        // A tenant's devices and set-id files have no business on this node.
        RestoreOptions options = new() { DropPrivileges = true };
        TreeRestore restore = new(repository, source, Open(place), options);
        claimed.Progress = () => Measure(restore.Report, "restoring for trial");
        long began = time.GetTimestamp();
        RestoreReport restored = await restore.RunAsync(cancellationToken);
        TimeSpan took = time.GetElapsedTime(began);

        // Read again from the disk, file by file: whatever is not as the backup has it would be written anew.
        TreeRestore comparison = new(repository, source, Open(place), options with { ReadUnchanged = true });
        claimed.Progress = () => Measure(comparison.Report, "comparing");
        RestoreReport compared = await comparison.RunAsync(cancellationToken);
        Compare(compared.BytesWritten + compared.Deleted);
        return New(claimed.Row, DrillOutcome.Passed, reason: null) with
        {
            Bytes = restored.BytesWritten,
            Files = restored.Files,
            Duration = (long)took.TotalMicroseconds,
        };
    }

    private async Task<Drill> RestoreImageAsync(
        Repository repository,
        ClaimedOperation claimed,
        Snapshot snapshot,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        ImageRestoreSource source = await ImageRestoreSource.FindAsync(repository, snapshot, cancellationToken);
        Demand(place.TryMakeSparseFile(Name, source.Size));
        using ImageTarget image = ImageTarget.Open(place, Name);
        ImageRestore restore = new(repository, source, image);
        claimed.Progress = () => Measure(restore.Report, "restoring for trial");
        long began = time.GetTimestamp();
        ImageRestoreReport restored = await restore.RunAsync(cancellationToken);
        TimeSpan took = time.GetElapsedTime(began);

        ImageRestore comparison = new(repository, source, image);
        claimed.Progress = () => Measure(comparison.Report, "comparing");
        ImageRestoreReport compared = await comparison.RunAsync(cancellationToken);
        Compare(compared.BytesWritten + compared.BytesZeroed);
        return New(claimed.Row, DrillOutcome.Passed, reason: null) with
        {
            Bytes = restored.Size,
            Files = 1,
            Duration = (long)took.TotalMicroseconds,
        };
    }

    private static void Compare(long different)
    {
        if (different > 0)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: false,
                $"What was restored was not as the backup has it: {different} bytes or entries had changed when they were read again.",
                "Check the disk and the memory of this node."
            )
            {
                PublicMessage = "What was restored was not as the backup has it when it was read again.",
            };
        }
    }

    private static DirectoryHandle Open(DirectoryHandle place)
    {
        Demand(place.TryOpenDirectory(Name, out DirectoryHandle? directory));
        return directory!;
    }

    private static void Demand(Errno errno)
    {
        if (errno != Errno.None)
        {
            throw errno.ToError("The scratch directory cannot be written to", "Check its disk.");
        }
    }

    private static OperationProgress Measure(RestoreReport report, string phase)
    {
        long bytes = report.BytesWritten + report.BytesKept;
        return new OperationProgress(bytes, Total: 0, phase, bytes, report.Files);
    }

    private static OperationProgress Measure(ImageRestoreReport report, string phase)
    {
        long bytes = report.BytesWritten + report.BytesZeroed + report.BytesKept;
        return new OperationProgress(bytes, report.Size, phase, bytes);
    }

    private static Drill Skipped(Operation row, string why) => New(row, DrillOutcome.Skipped, why);

    private static Drill New(Operation row, string outcome, string? reason) =>
        new()
        {
            Id = row.Id,
            ProjectId = row.ProjectId,
            BackupId = row.BackupId!,
            Outcome = outcome,
            Reason = reason,
            CreatedAt = row.CreatedAt,
        };
}
