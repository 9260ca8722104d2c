using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Holdfast.Engine.Packs;

/// <summary>
/// The memory of one pack, outside the garbage collector's heap: it is large, short-lived, and should be given back to
/// the system when a run ends.
/// </summary>
internal sealed unsafe class PackBuffer(int capacity) : MemoryManager<byte>
{
    private byte* start = (byte*)NativeMemory.Alloc((nuint)capacity);

    internal int Capacity => capacity;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        return new Span<byte>(start, capacity);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin() { }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(start);
        start = null;
    }
}

/// <summary>A bounded number of pack buffers: this is what bounds a writer's memory. Waits when all are in use.</summary>
internal sealed class PackBuffers(int capacity, int count) : IDisposable
{
    private readonly SemaphoreSlim permits = new(count);
    private readonly ConcurrentBag<PackBuffer> free = [];

    /// <param name="length">Bytes needed; beyond the usual capacity a buffer is made for this one blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<PackBuffer> RentAsync(int length, CancellationToken cancellationToken)
    {
        await permits.WaitAsync(cancellationToken);
        if (length > capacity)
        {
            return new PackBuffer(length);
        }
        return free.TryTake(out PackBuffer? buffer) ? buffer : new PackBuffer(capacity);
    }

    internal void Return(PackBuffer buffer)
    {
        if (buffer.Capacity == capacity)
        {
            free.Add(buffer);
        }
        else
        {
            ((IDisposable)buffer).Dispose();
        }
        _ = permits.Release();
    }

    public void Dispose()
    {
        while (free.TryTake(out PackBuffer? buffer))
        {
            ((IDisposable)buffer).Dispose();
        }
        permits.Dispose();
    }
}
