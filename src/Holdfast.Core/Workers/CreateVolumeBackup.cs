using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Images;
using Holdfast.Engine.Snapshots;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Workers;

/// <summary>
/// Takes a backup of a volume: 1. the node's name on the row; 2. the repository; 3. a snapshot that an earlier claim has
/// committed, or 4. a new one, whose object is the repository's commit; 5. the catalog's commit, which names it; 6. what
/// the next one is compared with, which only saves work and may be lost.
/// </summary>
public sealed class CreateVolumeBackup(
    ICatalog catalog,
    ProjectRepositories repositories,
    ImageCaptures captures,
    KeptImages kept,
    DigestFiles digests,
    CoreOptions options,
    ILogger<CreateVolumeBackup> logger
) : IOperationHandler
{
    public string Kind => OperationKind.CreateVolumeBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        // 1.
        (Backup backup, Volume volume) = await BeginAsync(row, cancellationToken);

        // 2.
        await using Repository repository = await repositories.OpenOrMakeAsync(row, cancellationToken);
        // Earlier claims of this operation are over: what they held still keeps space.
        await captures.ReleaseLeftoversAsync(volume, row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);

        // 3.
        (Snapshot? own, IReadOnlyList<Snapshot> others) = await OwnSnapshot.FindAsync(
            repository,
            row,
            cancellationToken
        );
        if (own is not null)
        {
            await CommitAsync(claimed, volume, Adopted(own), cancellationToken);
            return;
        }

        // 4.
        DateTimeOffset now = repository.Options.Time.GetUtcNow();
        using ImageCapture capture = captures.Capture(volume, row);
        ImageBackupReport report = await TakeAsync();

        // 5.
        BackupCommit commit = new(
            report.Backup.Snapshot.Id.ToString(),
            capture.How,
            report.Backup.ItemErrors,
            NotesOf(report.Backup),
            now,
            report.IsIncremental,
            report.Backup.Packs,
            BytesOf(report.Backup.Snapshot)
        );
        if (await CommitAsync(claimed, volume, commit, cancellationToken))
        {
            // 6.
            Keep(volume, capture, report);
        }

        async Task<ImageBackupReport> TakeAsync()
        {
            Dictionary<Id, Snapshot> earlier = others
                .Where(snapshot => SnapshotTags.BackupOf(snapshot) is not null)
                .Where(snapshot => snapshot.Paths is [var path] && path == ImageLayout.PathOf(volume.Id))
                .ToDictionary(snapshot => snapshot.Id);
            bool full = backup.BackupType == Backup.Full;
            using KeptImage? before = full || !capture.IsStill ? null : kept.Find(volume, earlier.Keys.ToHashSet());
            ImageDigests? known =
                capture.IsStill ? null
                : full ? ImageDigests.Create()
                : digests.Read(volume.Id) ?? ImageDigests.Create();
            ImageBackup run = new(
                repository,
                capture.Image,
                new BackupRequest
                {
                    Paths = [ImageLayout.PathOf(volume.Id)],
                    Hostname = CreateBackup.Hostname,
                    Tags = SnapshotTags.For(row, volume, capture.How),
                    ErrorsTag = SnapshotTags.ErrorsTag,
                    ProgramVersion = CreateBackup.ProgramVersion,
                    Time = now,
                    Parent = earlier.GetValueOrDefault(before?.Snapshot ?? known?.Snapshot ?? default),
                    Options = new BackupOptions { MaxFileSize = long.MaxValue, IsStill = capture.IsStill },
                }
            )
            {
                Changes = before is null ? null : new ExtentChanges(capture.Image, before.Image),
                Digests = known,
            };
            claimed.Progress = () =>
                new OperationProgress(run.Progress.Bytes, capture.Image.Size, "reading", run.Progress.Bytes);
            return await run.RunAsync(held, cancellationToken);
        }
    }

    private Task<(Backup Backup, Volume Volume)> BeginAsync(Operation row, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                Backup? backup = await session.Backups.FindAsync(row.BackupId!);
                Volume? volume = await session.Volumes.FindAsync(row.VolumeId!);
                if (backup is null || volume is null)
                {
                    string message = $"Backup {row.BackupId} or volume {row.VolumeId} is gone from the catalog.";
                    throw new EngineError(EngineErrorKind.NotFound, temporary: false, message)
                    {
                        PublicMessage = message,
                    };
                }
                await session.Backups.SetHostAsync(backup.Id, options.Node);
                return (backup, volume);
            },
            cancellationToken
        );

    private async Task<bool> CommitAsync(
        ClaimedOperation claimed,
        Volume volume,
        BackupCommit commit,
        CancellationToken cancellationToken
    )
    {
        Operation row = claimed.Row;
        bool ended = await claimed.SucceedAsync(
            async (session, now) =>
            {
                await session.Backups.CommitAsync(row.BackupId!, commit, now);
                await session.Schedules.RetainSoonAsync(row.BackupId!, now);
                if (commit.Bytes is { } bytes)
                {
                    await session.Volumes.SetAdoptedBytesAsync(volume.Id, bytes);
                }
                string before = row.StatusBefore ?? VolumeStatus.Available;
                await session.Volumes.SetStatusAsync(volume.Id, VolumeStatus.BackingUp, before, now);
                await session.QueueExportAsync(row.ProjectId, now);
            },
            cancellationToken
        );
        if (ended && commit.ItemErrors > 0)
        {
            Log.LeftOut(logger, row.Kind, row.Id, row.BackupId!, commit.ItemErrors);
        }
        return ended;
    }

    private static BackupCommit Adopted(Snapshot own)
    {
        long errors = SnapshotTags.ErrorsOf(own);
        return new BackupCommit(
            own.Id.ToString(),
            SnapshotTags.CaptureOf(own),
            errors,
            errors == 0 ? null : WrittenTo,
            own.Time,
            own.Parent is not null,
            // The run that knew has died.
            ObjectCount: null,
            BytesOf(own)
        );
    }

    /// <summary>Its image may have grown or shrunk since the row was written.</summary>
    private static long? BytesOf(Snapshot snapshot) => snapshot.Summary?.TotalBytesProcessed;

    private void Keep(Volume volume, ImageCapture capture, ImageBackupReport report)
    {
        try
        {
            if (capture.IsStill)
            {
                kept.Keep(volume, capture, report.Backup.Snapshot.Id);
            }
            else if (report.Digests is { } next)
            {
                digests.Write(volume.Id, next);
            }
        }
        catch (Exception error) when (error is EngineError or IOException or UnauthorizedAccessException)
        {
            // The backup is made; the next one has more to do.
            Log.NotKept(logger, error, volume.Id);
        }
    }

    private const string WrittenTo =
        "The volume was written to while it was read: different parts of it may be of different moments.";

    private static string? NotesOf(BackupReport report) =>
        report.ProblemCounts.ContainsKey(BackupProblemKind.ChangedWhileRead) ? WrittenTo : null;
}
