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
/// Restores a backup into this node's scratch place, reads the contents of what was restored again and compares them, and
/// notes how long the restore took. Nothing of it stays. A run that dies leaves files in the scratch place, which the next drill there removes.
/// </summary>
public sealed class RestoreDrill(
    ICatalog catalog,
    ProjectRepositories repositories,
    ScratchPlace scratch,
    CoreOptions options,
    TimeProvider time
) : IOperationHandler
{
    /// <summary>How long a drill is remembered.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(400);

    /// <summary>Bytes that a file or a directory takes beside its content, or a small one for it: a block of most file systems.</summary>
    private const long EntrySize = 4096;

    private const string Damaged =
        "A restore for trial found some of its data in the repository damaged; what is not can still be restored.";

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
        bool opened = false;
        try
        {
            await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
            opened = true;
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
            if (await claimed.IsHeldAsync(cancellationToken))
            {
                await catalog.WriteAsync(session => FailAsync(session, claimed.Row, error, opened), cancellationToken);
            }
            throw;
        }
    }

    /// <param name="opened">Whether the repository could be opened: if not, a verification says so of all that it has.</param>
    private async Task FailAsync(ICatalogSession session, Operation row, EngineError error, bool opened)
    {
        DateTimeOffset now = time.Now();
        Drill failed = New(row, DrillOutcome.Failed, error.PublicMessage ?? "It could not be restored.");
        await session.Drills.EndAsync(failed with { FinishedAt = now });
        if (error.Kind == EngineErrorKind.Files)
        {
            // This node's disk is to blame, and not the backup.
            return;
        }
        bool isDamage = opened && error.Kind is EngineErrorKind.Damaged or EngineErrorKind.NotFound;
        if (isDamage && await session.Backups.FindAsync(row.BackupId!) is { } backup && BackupRules.CanBeRead(backup))
        {
            await session.Backups.SetDrillDamageAsync(backup.Id, backup.Damage ?? Damaged, now);
            if (backup.Damage is null)
            {
                await session.TellDamageAsync(row, backup, Damaged, now);
            }
        }
        if (options.VerifyPeriod > TimeSpan.Zero)
        {
            await session.QueueOnceAsync(NewOperation.Of(OperationKind.Verify, row.ProjectId, now));
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
        FreeSpace needed = Needed(snapshot, backup);
        // Whoever else needs the disk has as much left.
        FreeSpace room = scratch.ReadFreeSpace(place).Half;
        if (room.IsLessThan(needed))
        {
            return Skipped(
                claimed.Row,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"It needs {needed.Bytes} bytes for {needed.Entries} files and directories, and there is room for {room.Bytes}"
                )
                    + (
                        room.Entries is { } entries
                            ? string.Create(CultureInfo.InvariantCulture, $" and {entries}.")
                            : "."
                    )
            );
        }
        // Not disposed: the progress may be asked for once more when all is over.
        CancellationTokenSource full = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            full.Token
        );
        try
        {
            return backup.OfVolume
                ? await RestoreImageAsync(repository, Show, claimed.Row, snapshot, place, stop.Token)
                : await RestoreTreeAsync(repository, Show, claimed.Row, snapshot, place, stop.Token);
        }
        catch (OperationCanceledException) when (full.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Skipped(claimed.Row, "The scratch directory became too full while it was restored.");
        }

        // What others write there, or a summary that says too little, must not fill the disk.
        void Show(Func<OperationProgress> measure) =>
            claimed.Progress = () =>
            {
                if (!place.IsClosed && scratch.ReadFreeSpace(place).IsLessThan(room))
                {
                    full.Cancel();
                }
                return measure();
            };
    }

    private static FreeSpace Needed(Snapshot snapshot, Backup backup)
    {
        if (snapshot.Summary is not { } summary)
        {
            return new FreeSpace((long)backup.Size << 30, Entries: 1);
        }
        long entries = summary.TotalFilesProcessed + summary.DirsNew + summary.DirsChanged + summary.DirsUnmodified;
        return new FreeSpace(summary.TotalBytesProcessed + (entries * EntrySize), entries);
    }

    private async Task<Drill> RestoreTreeAsync(
        Repository repository,
        Action<Func<OperationProgress>> show,
        Operation row,
        Snapshot snapshot,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        byte[] share = Encoding.UTF8.GetBytes(SnapshotTags.SourceOf(snapshot));
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(snapshot, share, cancellationToken);
        Demand(place.TryMakeDirectory(Name));
        // A tenant's devices and set-id files have no business on this node.
        RestoreOptions asStranger = new() { DropPrivileges = true };
        TreeRestore restore = new(repository, source, Open(place), asStranger);
        show(() => Measure(restore.Report, "restoring for trial"));
        long began = time.GetTimestamp();
        RestoreReport restored = await restore.RunAsync(cancellationToken);
        TimeSpan took = time.GetElapsedTime(began);

        // Read again from the disk, file by file: content that is not as the backup has it would be written anew. Owners,
        // modes and times are made right again unseen, where they are not.
        RestoreOptions comparing = asStranger with
        {
            ReadUnchanged = true,
            PastCache = true,
        };
        TreeRestore comparison = new(repository, source, Open(place), comparing);
        show(() => Measure(comparison.Report, "comparing"));
        RestoreReport compared = await comparison.RunAsync(cancellationToken);
        Compare(compared.BytesWritten + compared.Deleted);
        return New(row, DrillOutcome.Passed, reason: null) with
        {
            Bytes = restored.BytesWritten,
            Files = restored.Files,
            Duration = (long)took.TotalMicroseconds,
        };
    }

    private async Task<Drill> RestoreImageAsync(
        Repository repository,
        Action<Func<OperationProgress>> show,
        Operation row,
        Snapshot snapshot,
        DirectoryHandle place,
        CancellationToken cancellationToken
    )
    {
        ImageRestoreSource source = await ImageRestoreSource.FindAsync(repository, snapshot, cancellationToken);
        Demand(place.TryMakeSparseFile(Name, source.Size));
        using ImageTarget image = ImageTarget.Open(place, Name);
        ImageRestore restore = new(repository, source, image);
        show(() => Measure(restore.Report, "restoring for trial"));
        long began = time.GetTimestamp();
        ImageRestoreReport restored = await restore.RunAsync(cancellationToken);
        TimeSpan took = time.GetElapsedTime(began);

        image.DropCache();
        ImageRestore comparison = new(repository, source, image);
        show(() => Measure(comparison.Report, "comparing"));
        ImageRestoreReport compared = await comparison.RunAsync(cancellationToken);
        Compare(compared.BytesWritten + compared.BytesZeroed);
        return New(row, DrillOutcome.Passed, reason: null) with
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
