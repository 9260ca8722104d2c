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
    public Task<BackupReport> RunAsync(RepositoryLock held, CancellationToken cancellationToken) =>
        new BackupRun(repository, request, counters).RunAsync(
            held,
            (writer, problems, token) =>
                new BackupPipeline(repository, writer, request.Options, counters, problems)
                {
                    AfterRead = AfterRead,
                    SettledBefore = ParentSnapshot.SettledBefore(request.Parent),
                }.RunAsync(source, request.Parent?.Tree, token),
            cancellationToken
        );
}
