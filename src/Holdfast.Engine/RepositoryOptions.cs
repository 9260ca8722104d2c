using Holdfast.Engine.Crypto;
using Holdfast.Engine.Locks;

namespace Holdfast.Engine;

/// <summary>How a repository is used by one process.</summary>
public sealed record RepositoryOptions
{
    /// <summary>zstd level of new blobs: 3 is smaller than restic's default at 0.4 of its CPU; 1 is "fast"; 0 stores as is.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary>A pack is closed once it is this long, in bytes. restic's default; 4 to 128 MiB are legal.</summary>
    public int PackSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Whether each new blob is opened again before it is stored, as restic does. Off: a bit that flips in memory is found
    /// by the next verification of the store, not at once.
    /// </summary>
    public bool VerifyWrites { get; init; }

    /// <summary>CPU-bound workers of a run.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Requests to the store in flight at once, at most, of all that is done through one repository. 16 make up for a
    /// store that takes 20 ms a request, and are what one client may ask of a shared one; restic's default for S3 is 5.
    /// </summary>
    public int Requests { get; init; } = 16;

    /// <summary>
    /// Whether what never changes, indexes and pieces of packs, may be read from the cache of <see cref="Repositories"/>: for whoever
    /// looks, never for whoever judges what the store has.
    /// </summary>
    public bool FromCache { get; init; }

    /// <summary>What a key that is added under a password costs whoever opens the repository with it.</summary>
    public ScryptCost KeyCost { get; init; } = ScryptCost.Default;

    /// <summary>What a lock file names as its host; a service names its node.</summary>
    public string LockHostname { get; init; } = Environment.MachineName;

    /// <summary>What a lock file names as its user; a service names the operation and epoch.</summary>
    public string LockUsername { get; init; } = Environment.UserName;

    /// <summary>
    /// Whether a lock is proved to be of a holder that is gone, so that it is removed unasked: a service knows which of its
    /// operations are over. All other locks are honoured, however old they are.
    /// </summary>
    public Func<LockInfo, Task<bool>>? IsOver { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
