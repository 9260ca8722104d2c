namespace Holdfast.Engine.Packs;

/// <summary>What a writer added, and what that cost in the store.</summary>
public readonly record struct BlobWriterStatistics(long DataBlobs, long TreeBlobs, long Bytes, long StoredBytes);

/// <summary>
/// Adds blobs to a repository: skips what it has, compresses, seals, fills packs, stores them, and lists them in an
/// index only once they are durable. One writer a run; every member may be called from many threads.
/// Memory is bounded by the packs open and in flight, and a caller waits when they are all taken.
/// </summary>
public sealed class BlobWriter : IAsyncDisposable
{
    /// <summary>
    /// Adds the blob unless the repository, or this writer, has it. <paramref name="plaintext"/> may be reused by the
    /// caller as soon as the task ends.
    /// </summary>
    /// <param name="id">SHA-256 of <paramref name="plaintext"/>; the caller has computed it.</param>
    /// <returns>True when the blob is new.</returns>
    public ValueTask<bool> SaveAsync(
        BlobKind kind,
        Id id,
        ReadOnlyMemory<byte> plaintext,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>Returns when all that was saved is durable and indexed. A failed upload surfaces here or in a later save.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public BlobWriterStatistics Statistics => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
