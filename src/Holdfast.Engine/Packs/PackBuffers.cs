using System.Collections.Concurrent;

namespace Holdfast.Engine.Packs;

/// <summary>A bounded number of pack buffers: this is what bounds a writer's memory. Waits when all are in use.</summary>
internal sealed class PackBuffers(int capacity, int count) : IDisposable
{
    private readonly SemaphoreSlim permits = new(count);
    private readonly ConcurrentBag<MappedMemory> free = [];
    private readonly ConcurrentBag<PackEntries> freeEntries = [];

    /// <param name="length">Bytes needed; beyond the usual capacity a buffer is made for this one blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<MappedMemory> RentAsync(int length, CancellationToken cancellationToken)
    {
        await permits.WaitAsync(cancellationToken);
        if (length > capacity)
        {
            return new MappedMemory(length);
        }
        return free.TryTake(out MappedMemory? buffer) ? buffer : new MappedMemory(capacity);
    }

    internal void Return(MappedMemory buffer)
    {
        if (buffer.Length == capacity)
        {
            free.Add(buffer);
        }
        else
        {
            ((IDisposable)buffer).Dispose();
        }
        _ = permits.Release();
    }

    /// <summary>An empty list for a pack. There are as many as packs that no index object lists yet.</summary>
    internal PackEntries RentEntries() => freeEntries.TryTake(out PackEntries? entries) ? entries : new PackEntries();

    /// <summary>Takes back a list that nobody reads any more.</summary>
    internal void Return(PackEntries entries)
    {
        entries.Clear();
        freeEntries.Add(entries);
    }

    public void Dispose()
    {
        while (free.TryTake(out MappedMemory? buffer))
        {
            ((IDisposable)buffer).Dispose();
        }
        permits.Dispose();
    }
}
