using System.Threading.Channels;
using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Index;

namespace Holdfast.Engine.Packs;

/// <summary>What a writer added, and what that cost in the store: lengths are of plaintexts and of sealed blobs.</summary>
/// <param name="Packs">Packs that it stored, and earlier ones that have a blob which it was asked for.</param>
public readonly record struct BlobWriterStatistics(
    long DataBlobs,
    long TreeBlobs,
    long Bytes,
    long StoredBytes,
    long Packs
);

/// <summary>
/// Adds blobs to a repository: skips what it has, compresses, seals, fills packs, stores them, and lists them in an
/// index only once they are durable. One writer a run; every member may be called from many threads.
/// Memory is bounded by the packs open and in flight, and a caller waits when they are all taken.
/// </summary>
/// <remarks>
/// Callers compress and seal, each into its own place of an open pack. Full packs go through a bounded channel to
/// uploaders, which hash and store them. After any failure the writer is of no more use: every call throws.
/// </remarks>
public sealed class BlobWriter : IAsyncDisposable
{
    private const int OpenDataPacks = 2;
    private const int OpenTreePacks = 1;

    /// <summary>A pack is closed once it is long enough, so its last blob and the header may reach beyond.</summary>
    private const int PackSlack = 1024 * 1024;

    private readonly Repository repository;
    private readonly PackBuffers buffers;
    private readonly OpenPacks data;
    private readonly OpenPacks trees;
    private readonly Channel<OpenPack> ready;
    private readonly UsedPacks used;
    private readonly BlobsInFlight inFlight;
    private readonly PackUploads uploads;
    private readonly Task[] uploaders;
    private readonly CancellationTokenSource stop = new();
    private long dataBlobs;
    private long treeBlobs;
    private long bytes;
    private long storedBytes;
    private bool disposed;

    /// <param name="repository">Where the blobs go.</param>
    /// <param name="evenIfStored">Store blobs that the index has too: to move them into new packs.</param>
    internal BlobWriter(Repository repository, bool evenIfStored)
    {
        this.repository = repository;
        RepositoryOptions options = repository.Options;
        int uploaderCount = Math.Max(2, options.Workers);
        int bufferCount = OpenDataPacks + OpenTreePacks + uploaderCount;
        buffers = new PackBuffers(options.PackSize + PackSlack, bufferCount);
        // Never full: no more packs than buffers exist.
        ready = Channel.CreateBounded<OpenPack>(bufferCount);
        used = repository.TrackPacks();
        inFlight = new BlobsInFlight(evenIfStored ? null : repository, used);
        uploads = new PackUploads(repository, buffers, inFlight);
        data = new OpenPacks(OpenDataPacks, options.PackSize, buffers, PackClosed);
        trees = new OpenPacks(OpenTreePacks, options.PackSize, buffers, PackClosed);
        uploaders = [.. Enumerable.Range(0, uploaderCount).Select(_ => Task.Run(UploadAsync))];
    }

    /// <summary>
    /// Adds the blob unless the repository, or this writer, has it. <paramref name="plaintext"/> may be reused by the
    /// caller as soon as the task ends.
    /// </summary>
    /// <param name="kind">Whether it is part of a file or a directory.</param>
    /// <param name="id">SHA-256 of <paramref name="plaintext"/>; the caller has computed it.</param>
    /// <param name="plaintext">The blob.</param>
    /// <param name="cancellationToken">Cancelling ends the use of this writer.</param>
    /// <returns>True when the blob is new.</returns>
    public async ValueTask<bool> SaveAsync(
        BlobKind kind,
        Id id,
        ReadOnlyMemory<byte> plaintext,
        CancellationToken cancellationToken
    )
    {
        uploads.ThrowIfFailed();
        if (!inFlight.TryClaim(new BlobHandle(kind, id)))
        {
            return false;
        }
        try
        {
            int stored = await StoreAsync(kind, id, plaintext, cancellationToken);
            Count(kind, plaintext.Length, stored);
            return true;
        }
        catch (Exception error)
        {
            // Others were told that this blob is on its way, so nothing of this writer may be relied on any more.
            uploads.Fail(error);
            throw;
        }
    }

    /// <summary>Whether the repository has the blob, so that it need not be saved; asked for one that is needed.</summary>
    public bool IsStored(BlobKind kind, in Id id) => repository.Contains(kind, id, used);

    /// <summary>Returns when all that was saved is durable and indexed. A failed upload surfaces here or in a later save.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        uploads.ThrowIfFailed();
        await data.CloseAllAsync(cancellationToken);
        await trees.CloseAllAsync(cancellationToken);
        await uploads.AllEndedAsync(cancellationToken);
        uploads.ThrowIfFailed();
        await uploads.WriteIndexAsync(cancellationToken);
    }

    public BlobWriterStatistics Statistics =>
        new(
            Interlocked.Read(ref dataBlobs),
            Interlocked.Read(ref treeBlobs),
            Interlocked.Read(ref bytes),
            Interlocked.Read(ref storedBytes),
            used.Count + uploads.Stored
        );

    /// <summary>Gives up what was not flushed: its packs stay behind unreferenced, until the next prune.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
        {
            return;
        }
        uploads.Fail(new ObjectDisposedException(nameof(BlobWriter)));
        _ = ready.Writer.TryComplete();
        await stop.CancelAsync();
        await Task.WhenAll(uploaders);
        data.Dispose();
        trees.Dispose();
        buffers.Dispose();
        stop.Dispose();
    }

    private async ValueTask<int> StoreAsync(
        BlobKind kind,
        Id id,
        ReadOnlyMemory<byte> plaintext,
        CancellationToken cancellationToken
    )
    {
        int level = repository.Options.CompressionLevel;
        if (plaintext.Length == 0 || (level == 0 && kind == BlobKind.Data))
        {
            return await SealAsync(kind, id, plaintext, 0, cancellationToken);
        }
        using Pool<Compressor>.Lease lease = Zstd.Compressors.Rent();
        if (kind == BlobKind.Data && lease.Value.IsHopeless(plaintext.Span))
        {
            return await SealAsync(kind, id, plaintext, 0, cancellationToken);
        }
        ReadOnlyMemory<byte> frame = lease.Value.Compress(plaintext.Span, level == 0 ? Compressor.DefaultLevel : level);
        // restic repacks, at every prune, tree packs that hold an uncompressed tree.
        return frame.Length < plaintext.Length || kind == BlobKind.Tree
            ? await SealAsync(kind, id, frame, (uint)plaintext.Length, cancellationToken)
            : await SealAsync(kind, id, plaintext, 0, cancellationToken);
    }

    private async ValueTask<int> SealAsync(
        BlobKind kind,
        Id id,
        ReadOnlyMemory<byte> payload,
        uint uncompressed,
        CancellationToken cancellationToken
    )
    {
        OpenPacks packs = kind == BlobKind.Tree ? trees : data;
        int stored = payload.Length + Sealer.Overhead;
        PackPlace place = await packs.ReserveAsync(kind, id, stored, uncompressed, cancellationToken);
        try
        {
            repository.Sealer.Seal(payload.Span, place.Bytes.Span);
            if (repository.Options.VerifyWrites)
            {
                BlobCodec.Verify(repository.Sealer, place.Bytes.Span, kind, id, uncompressed);
            }
        }
        catch (Exception error)
        {
            uploads.Fail(error); // Before the pack can be taken for whole.
            throw;
        }
        finally
        {
            if (place.Pack.Filled())
            {
                Ready(place.Pack);
            }
        }
        return stored;
    }

    private void PackClosed(OpenPack pack, bool isReady)
    {
        uploads.Begin();
        if (isReady)
        {
            Ready(pack);
        }
    }

    private void Ready(OpenPack pack) => _ = ready.Writer.TryWrite(pack);

    private async Task UploadAsync()
    {
        await foreach (OpenPack pack in ready.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await uploads.StoreAsync(pack, stop.Token);
            }
            finally
            {
                buffers.Return(pack.Buffer);
                uploads.End();
            }
        }
    }

    private void Count(BlobKind kind, int length, int stored)
    {
        _ = Interlocked.Increment(ref kind == BlobKind.Tree ? ref treeBlobs : ref dataBlobs);
        _ = Interlocked.Add(ref bytes, length);
        _ = Interlocked.Add(ref storedBytes, stored);
    }
}
