using System.Globalization;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Backup;

/// <summary>
/// What is around every backup, whatever it reads: it ends when the lock is lost, and commits by storing the snapshot,
/// last.
/// </summary>
internal sealed class BackupRun(Repository repository, BackupRequest request, BackupCounters counters)
{
    /// <summary>What the snapshot says that it was compared with; may be taken back while saving.</summary>
    public Snapshot? Parent { get; set; } = request.Parent;

    /// <param name="held">The repository's lock, shared; the run ends when it is lost.</param>
    /// <param name="save">Saves all that the source has, and returns the id of the root's tree.</param>
    /// <exception cref="EngineError">The store failed, the lock was lost, or saving failed. No snapshot is stored.</exception>
    public async Task<BackupReport> RunAsync(
        RepositoryLock held,
        Func<BlobWriter, ProblemLog, CancellationToken, Task<Id>> save,
        CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
        try
        {
            return await RunAsync(save, stop.Token);
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

    private async Task<BackupReport> RunAsync(
        Func<BlobWriter, ProblemLog, CancellationToken, Task<Id>> save,
        CancellationToken cancellationToken
    )
    {
        TimeProvider time = repository.Options.Time;
        DateTimeOffset start = time.GetUtcNow();
        var problems = new ProblemLog(request.Options);
        await using BlobWriter writer = repository.CreateWriter();
        Id tree = await save(writer, problems, cancellationToken);
        await writer.FlushAsync(cancellationToken);
        Snapshot snapshot = new()
        {
            Time = request.Time ?? start,
            Parent = Parent?.Id,
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
        var report = new BackupReport(snapshot, writer.Statistics.Packs, problems.Counts, problems.Listed);
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
