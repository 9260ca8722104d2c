using System.Buffers;

namespace Holdfast.Objects.S3;

/// <summary>
/// The caller's bytes as a stream that can be read again, without a copy of them. Once it is disposed nothing reads them any
/// more: the client may still be sending after its call has failed, when the caller has put the memory to other use.
/// </summary>
/// <param name="read">Called after each read: the bytes before it are on their way.</param>
internal sealed class SequenceStream(ReadOnlySequence<byte> content, Action read) : Stream
{
    private readonly Lock gate = new();
    private SequencePosition next = content.Start;
    private long position;
    private bool disposed;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length { get; } = content.Length;

    public override long Position
    {
        get => position;
        set
        {
            next = content.GetPosition(value);
            position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            read();
            ReadOnlySequence<byte> rest = content.Slice(next);
            int length = (int)Math.Min(buffer.Length, rest.Length);
            ReadOnlySequence<byte> part = rest.Slice(0, length);
            part.CopyTo(buffer);
            next = part.End;
            position += length;
            return length;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => position,
                SeekOrigin.End => Length,
                _ => throw new ArgumentOutOfRangeException(nameof(origin)),
            };

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            disposed = true;
        }
        base.Dispose(disposing);
    }

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
