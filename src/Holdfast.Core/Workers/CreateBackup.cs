using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Snapshots;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Workers;

/// <summary>
/// Takes a backup: 1. the node's name on the row; 2. the repository; 3. a snapshot that an earlier claim has committed, or
/// 4. a new one, whose object is the repository's commit; 5. the catalog's commit, which names it.
/// </summary>
public sealed class CreateBackup(
    ICatalog catalog,
    ProjectRepositories repositories,
    IEnumerable<ISourceCapture> ways,
    Captures captures,
    CoreOptions options,
    ILogger<CreateBackup> logger
) : IOperationHandler
{
    /// <summary>Every snapshot of ours has it, whichever node made it: a share's next backup finds its parent by it.</summary>
    public const string Hostname = "holdfast";

    /// <summary>ext4's largest file, in bytes: no share is too small for it to be an honest sparse file.</summary>
    private const long LeastFileLimit = 16L << 40;

    /// <summary>What our snapshots say that they were made by.</summary>
    public static string ProgramVersion { get; } =
        "holdfast " + typeof(CreateBackup).Assembly.GetName().Version?.ToString(3);

    public string Kind => OperationKind.CreateBackup;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        // 1. Who takes it; those with options name their host from the start.
        Share share = await catalog.WriteAsync(
            async session =>
            {
                Backup backup = await session.Backups.FindAsync(row.BackupId!) ?? throw Gone("backup", row.BackupId);
                if (backup.Host is null)
                {
                    await session.Backups.SetHostAsync(backup.Id, options.Node);
                }
                return await session.Shares.FindAsync(row.ShareId!) ?? throw Gone("share", row.ShareId);
            },
            cancellationToken
        );

        // 2.
        await using Repository repository = await repositories.OpenOrMakeAsync(row, cancellationToken);
        BackupCommit commit = await TakeAsync(repository, claimed, share, cancellationToken);

        // 5.
        bool ended = await claimed.SucceedAsync(
            async (session, now) =>
            {
                Backup? last = await session.Backups.NewestAsync(row.ProjectId, share.Id);
                if (BackupNotes.News(commit, last) is { } news)
                {
                    await session.TellAsync(row, news.Level, news.Detail, news.Text, now);
                }
                await session.Backups.CommitAsync(row.BackupId!, commit, now);
                await session.Schedules.RetainSoonAsync(row.BackupId!, now);
                string before = row.StatusBefore ?? ShareStatus.Available;
                await session.Shares.SetStatusAsync(share.Id, ShareStatus.BackupCreating, before, now);
                await session.QueueExportAsync(row.ProjectId, now);
            },
            cancellationToken
        );
        if (ended && commit.ItemErrors > 0)
        {
            Log.LeftOut(logger, row.Kind, row.Id, row.BackupId!, commit.ItemErrors);
        }
    }

    private async Task<BackupCommit> TakeAsync(
        Repository repository,
        ClaimedOperation claimed,
        Share share,
        CancellationToken cancellationToken
    )
    {
        // Earlier claims of this operation are over: what they held still keeps space that the tenant thinks is free.
        await captures.RemoveLeftoversAsync(
            share.Root,
            (operation, epoch) => Task.FromResult(operation != claimed.Row.Id || epoch >= claimed.Row.Epoch),
            cancellationToken
        );
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);

        // 3.
        (Snapshot? own, IReadOnlyList<Snapshot> others) = await OwnSnapshot.FindAsync(
            repository,
            claimed.Row,
            cancellationToken
        );
        if (own is not null)
        {
            long errors = SnapshotTags.ErrorsOf(own);
            return new BackupCommit(
                own.Id.ToString(),
                SnapshotTags.CaptureOf(own),
                errors,
                BackupNotes.OfAdopted(errors),
                own.Time,
                own.Parent is not null,
                // The run that knew has died.
                ObjectCount: null
            );
        }

        // 4.
        string[] paths = ["/" + share.Id];
        DateTimeOffset now = repository.Options.Time.GetUtcNow();
        await using Capture capture = await ways.First(way => way.CanCapture(share))
            .CaptureAsync(share, claimed.Row, cancellationToken);
        BackupRequest request = new()
        {
            Paths = paths,
            Hostname = Hostname,
            Tags = SnapshotTags.For(claimed.Row, share, capture.How),
            ErrorsTag = SnapshotTags.ErrorsTag,
            ProgramVersion = ProgramVersion,
            Time = now,
            Parent = ParentSnapshot.Choose(others, Hostname, paths, now),
            Options = new BackupOptions
            {
                MaxFileSize = Math.Max(LeastFileLimit, (long)share.Size << 30),
                RecordDevice = false,
                IsStill = capture.IsStill,
            },
        };
        using BackupSource source = BackupSource.Single(share.Id, capture.Directory);
        TreeBackup run = new(repository, source, request);
        claimed.Progress = () => Measure(run.Progress);
        BackupReport report = await run.RunAsync(held, cancellationToken);
        await KeepNamesAsync(held, repository, report.Snapshot, request.Parent, share.Id, cancellationToken);
        return new BackupCommit(
            report.Snapshot.Id.ToString(),
            capture.How,
            report.ItemErrors,
            BackupNotes.Of(report, share.Id),
            now,
            request.Parent is not null,
            report.Packs
        );
    }

    /// <summary>The backup is there without them, so no fault that they meet is the backup's.</summary>
    private async Task KeepNamesAsync(
        RepositoryLock held,
        Repository repository,
        Snapshot snapshot,
        Snapshot? parent,
        string share,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await held.WhileHeldAsync(
                token => SnapshotNames.KeepAsync(repository, snapshot, parent, share, token),
                cancellationToken
            );
        }
        catch (EngineError error) when (error is { Temporary: false, Kind: not EngineErrorKind.LockLost })
        {
            Log.NamesNotKept(logger, error, share, snapshot.Id.ToString());
        }
    }

    // Bytes where a parent says how many to expect; else files, once all of them are found.
    private static OperationProgress Measure(BackupProgress progress)
    {
        (long done, long total) =
            progress.BytesExpected > 0 ? (progress.Bytes, Math.Max(progress.Bytes, progress.BytesExpected))
            : progress.FoundAll ? (progress.Files, progress.FilesFound)
            : (0, 0);
        return new OperationProgress(done, total, "reading files", progress.Bytes, progress.Files);
    }

    private static EngineError Gone(string what, string? id)
    {
        string message = $"The {what} {id} is gone from the catalog.";
        return new EngineError(EngineErrorKind.NotFound, temporary: false, message) { PublicMessage = message };
    }
}
