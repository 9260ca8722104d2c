using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Browse;

/// <summary>
/// The bytes of a file in a backup, from any position on. Each blob is verified before any byte of it is handed out. For
/// one reader at a time, and only as long as the repository, whose index must be loaded, is open.
/// </summary>
public sealed class StoredFile : Stream
{
    /// <summary>Blobs under way or waiting while a file is read on and on; each has a MiB as a rule, and 8 at most.</summary>
    internal const int Ahead = 4;

    private readonly Repository repository;
    private readonly IReadOnlyList<Id> blobs;
    private readonly Func<EngineError, Exception>? refuse;

    /// <summary>Where each blob ends in the file, in bytes.</summary>
    private readonly long[] ends;

    private readonly CancellationTokenSource closed = new();
    private IAsyncEnumerator<(int Blob, PooledBytes Bytes)>? following;

    /// <summary>The blob whose bytes are at hand; -1: none.</summary>
    private int current = -1;
    private PooledBytes bytes;
    private long position;
    private bool disposed;

    /// <param name="file">Of type <see cref="NodeType.File"/>.</param>
    /// <param name="refuse">What is thrown in place of an error of reading; null: the error itself.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: the index lacks a blob.</exception>
    public StoredFile(Repository repository, Node file, Func<EngineError, Exception>? refuse = null)
    {
        this.repository = repository;
        this.refuse = refuse;
        blobs = file.Content ?? [];
        ends = new long[blobs.Count];
        long end = 0;
        for (int blob = 0; blob < ends.Length; blob++)
        {
            ends[blob] = end += repository.Locate(BlobKind.Data, blobs[blob]).PlaintextLength;
        }
    }

    public override long Length => ends is [.., var end] ? end : 0;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= Length || buffer.IsEmpty)
        {
            return 0;
        }
        try
        {
            await ToBlobAsync(BlobAt(position), cancellationToken);
        }
        catch (EngineError error) when (refuse is not null)
        {
            throw refuse(error);
        }
        ReadOnlyMemory<byte> rest = bytes.Memory[(int)(position - (ends[current] - bytes.Length))..];
        int length = Math.Min(rest.Length, buffer.Length);
        rest[..length].CopyTo(buffer);
        position += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => position,
                _ => Length,
            };

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("What a store has is read asynchronously.");

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>A second call does nothing.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }
        disposed = true;
        await closed.CancelAsync();
        await StopFollowingAsync();
        bytes.Dispose();
        closed.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>The first that ends behind a position in the file. One without bytes, as others may write, is never that.</summary>
    private int BlobAt(long place)
    {
        int first = 0;
        int behind = ends.Length - 1;
        while (first < behind)
        {
            int middle = (first + behind) / 2;
            if (ends[middle] > place)
            {
                behind = middle;
            }
            else
            {
                first = middle + 1;
            }
        }
        return first;
    }

    private async Task ToBlobAsync(int wanted, CancellationToken cancellationToken)
    {
        if (wanted == current)
        {
            return;
        }
        bool next = current >= 0 && wanted == current + 1;
        bytes.Dispose();
        bytes = default;
        current = -1;
        if (next)
        {
            // Whoever goes on to a second blob will go on.
            following ??= Follow(wanted);
            _ = await following.MoveNextAsync();
            bytes = following.Current.Bytes;
        }
        else
        {
            await StopFollowingAsync();
            bytes = await repository.LoadBlobAsync(BlobKind.Data, blobs[wanted], cancellationToken);
        }
        if (bytes.Length != ends[wanted] - (wanted == 0 ? 0 : ends[wanted - 1]))
        {
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"Blob {blobs[wanted]} is not as long as the index has it.",
                "Run check."
            );
        }
        current = wanted;
    }

    private IAsyncEnumerator<(int Blob, PooledBytes Bytes)> Follow(int from) =>
        ReadAhead
            .InOrderAsync(
                Enumerable.Range(from, blobs.Count - from),
                Ahead,
                (blob, token) => repository.LoadBlobAsync(BlobKind.Data, blobs[blob], token),
                closed.Token
            )
            .GetAsyncEnumerator(closed.Token);

    private async ValueTask StopFollowingAsync()
    {
        if (following is { } running)
        {
            following = null;
            await running.DisposeAsync();
        }
    }
}
