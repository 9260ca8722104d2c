using System.Buffers;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Restore;

/// <summary>Ranges of packs that are read side by side, and the memory that they lie in. One worker's own.</summary>
internal sealed class FetchWindow(Repository repository) : IDisposable
{
    private readonly List<Task<bool>> reads = [];
    private byte[] memory = [];

    public IReadOnlyList<PackRange> Ranges { get; private set; } = [];

    /// <summary>Begins to read; none of the window's bytes are in use any more.</summary>
    /// <param name="ranges">Those of <see cref="PackPlan.Windows"/>.</param>
    public void Begin(IReadOnlyList<PackRange> ranges, CancellationToken cancellationToken)
    {
        Ranges = ranges;
        reads.Clear();
        int length = ranges.Sum(range => range.Length);
        if (memory.Length < length)
        {
            Dispose();
            memory = ArrayPool<byte>.Shared.Rent(Math.Max(length, PackPlan.RangeMax));
        }
        int start = 0;
        foreach (PackRange range in ranges)
        {
            reads.Add(ReadAsync(range, memory.AsMemory(start, range.Length), cancellationToken));
            start += range.Length;
        }
    }

    /// <returns>The range's bytes; empty when the pack cannot be read there, though some of its blobs may.</returns>
    public async Task<Memory<byte>> ReadAsync(int index)
    {
        bool isRead = await reads[index];
        return isRead ? memory.AsMemory(Ranges.Take(index).Sum(range => range.Length), Ranges[index].Length) : default;
    }

    public void Dispose()
    {
        // A read that nobody waited for may still write there.
        if (reads.TrueForAll(read => read.IsCompleted))
        {
            ArrayPool<byte>.Shared.Return(memory);
        }
        memory = [];
    }

    private async Task<bool> ReadAsync(PackRange range, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectName name = RepositoryStore.Name(ObjectKind.Pack, range.Pack);
        try
        {
            await repository.Store.ReadAsync(name, range.Offset, bytes, cancellationToken);
            return true;
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            return false;
        }
    }
}
