using System.Collections.Concurrent;
using Holdfast.Engine.Chunking;

namespace Holdfast.Engine.Backup;

/// <summary>
/// The buffers for chunks of large files, each as long as the longest chunk. There are so many and no more: who asks
/// waits for one to come back.
/// </summary>
internal sealed class ChunkBuffers(int count) : IDisposable
{
    private readonly SemaphoreSlim free = new(count);
    private readonly ConcurrentBag<byte[]> idle = [];

    public async ValueTask<byte[]> RentAsync(CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken);
        return idle.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(Chunker.MaxSize);
    }

    public void Return(byte[] buffer)
    {
        idle.Add(buffer);
        free.Release();
    }

    public void Dispose() => free.Dispose();
}
