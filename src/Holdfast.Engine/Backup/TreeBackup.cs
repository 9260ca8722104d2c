using System.Globalization;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Backup;

/// <summary>
/// One backup run. It commits by storing the snapshot, last; until then the repository has nothing but blobs that the
/// next prune removes.
/// </summary>
/// <param name="repository">Open, its index loaded while the lock was held.</param>
/// <param name="source">Stays the caller's.</param>
public sealed class TreeBackup(Repository repository, BackupSource source, BackupRequest request)
{
    private readonly BackupCounters counters = new();

    /// <summary>How far the run is; may be asked from any thread at any time.</summary>
    public BackupProgress Progress => counters.Snapshot(request.Parent?.Summary?.TotalBytesProcessed ?? 0);

    /// <summary>For tests: called with a file's name between reading it and looking whether it changed.</summary>
    internal Action<byte[]>? AfterRead { get; init; }

    /// <summary>Runs once.</summary>
    /// <param name="held">The repository's lock, shared; the run ends when it is lost.</param>
    /// <exception cref="EngineError">
    /// The store failed, the lock was lost, or a directory of the operator's cannot be listed. No snapshot is stored.
    /// </exception>
    public async Task<BackupReport> RunAsync(RepositoryLock held, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
        try
        {
            return await RunAsync(stop.Token);
        }
        catch (OperationCanceledException error)
            when (held.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineError(
                EngineErrorKind.LockLost,
                temporary: true,
                "The backup stopped because its lock on the repository could not be refreshed in time.",
                "Run it again; what it stored so far is found and not stored twice.",
                error
            );
        }
    }

    private async Task<BackupReport> RunAsync(CancellationToken cancellationToken)
    {
        TimeProvider time = repository.Options.Time;
        DateTimeOffset start = time.GetUtcNow();
        var problems = new ProblemLog(request.Options);
        await using BlobWriter writer = repository.CreateWriter();
        var pipeline = new BackupPipeline(repository, writer, request.Options, counters, problems)
        {
            AfterRead = AfterRead,
            SettledBefore = ParentSnapshot.SettledBefore(request.Parent),
        };
        Id tree = await pipeline.RunAsync(source, request.Parent?.Tree, cancellationToken);
        await writer.FlushAsync(cancellationToken);
        Snapshot snapshot = new()
        {
            Time = request.Time ?? start,
            Parent = request.Parent?.Id,
            Tree = tree,
            Paths = request.Paths,
            Hostname = request.Hostname,
            Username = request.Username,
            Uid = request.Uid,
            Gid = request.Gid,
            Tags = request.Tags,
            ProgramVersion = request.ProgramVersion,
            Summary = Summarise(writer.Statistics, start, time.GetUtcNow()),
        };
        var report = new BackupReport(snapshot, problems.Counts, problems.Listed);
        if (request.ErrorsTag is { } tag && report.ItemErrors is > 0 and var errors)
        {
            snapshot = snapshot with
            {
                Tags = [.. request.Tags, string.Create(CultureInfo.InvariantCulture, $"{tag}{errors}")],
            };
        }
        snapshot = await repository.SaveSnapshotAsync(snapshot, cancellationToken);
        return report with { Snapshot = snapshot };
    }

    private SnapshotSummary Summarise(BlobWriterStatistics added, DateTimeOffset start, DateTimeOffset end) =>
        new()
        {
            BackupStart = start,
            BackupEnd = end,
            FilesNew = counters.FilesNew,
            FilesChanged = counters.FilesChanged,
            FilesUnmodified = counters.FilesUnmodified,
            DirsNew = counters.DirsNew,
            DirsChanged = counters.DirsChanged,
            DirsUnmodified = counters.DirsUnmodified,
            DataBlobs = added.DataBlobs,
            TreeBlobs = added.TreeBlobs,
            DataAdded = added.Bytes,
            DataAddedPacked = added.StoredBytes,
            TotalFilesProcessed = counters.FilesNew + counters.FilesChanged + counters.FilesUnmodified,
            TotalBytesProcessed = counters.BytesProcessed,
        };
}
