namespace Holdfast.Engine.Backup;

/// <summary>How far a running backup is.</summary>
/// <param name="Files">Entries other than directories that are done, and <paramref name="FilesFound"/> known so far.</param>
/// <param name="Bytes">Content bytes done, read or known unchanged.</param>
/// <param name="BytesExpected">Content bytes of the parent snapshot, the best guess of the whole; 0 without one.</param>
/// <param name="FoundAll">The walk is over, so <paramref name="FilesFound"/> is the total.</param>
/// <param name="Current">Path in the snapshot of an entry being read, raw bytes; empty before the first.</param>
public readonly record struct BackupProgress(
    long Files,
    long FilesFound,
    long Directories,
    long Bytes,
    long BytesExpected,
    bool FoundAll,
    byte[] Current
);

/// <summary>Counters of a run. Writers are many threads; a reader sees each counter, not all of one moment.</summary>
internal sealed class BackupCounters
{
    public long FilesFound;
    public long FilesDone;
    public long FilesNew;
    public long FilesChanged;
    public long FilesUnmodified;
    public long DirsNew;
    public long DirsChanged;
    public long DirsUnmodified;

    /// <summary>Bytes shown as progress: also those of reads that are repeated, and never taken back.</summary>
    public long BytesDone;

    /// <summary>Sizes of the files in the snapshot.</summary>
    public long BytesProcessed;
    public bool FoundAll;
    private Position? current;

    public void SetCurrent(PendingDirectory directory, byte[] name) => current = new Position(directory, name);

    public BackupProgress Snapshot(long bytesExpected) =>
        new(
            Interlocked.Read(ref FilesDone),
            Interlocked.Read(ref FilesFound),
            Interlocked.Read(ref DirsNew) + Interlocked.Read(ref DirsChanged) + Interlocked.Read(ref DirsUnmodified),
            Interlocked.Read(ref BytesDone),
            bytesExpected,
            Volatile.Read(ref FoundAll),
            Volatile.Read(ref current)?.Path ?? []
        );

    private sealed record Position(PendingDirectory Directory, byte[] Name)
    {
        public byte[] Path => Directory.PathOf(Name);
    }
}
