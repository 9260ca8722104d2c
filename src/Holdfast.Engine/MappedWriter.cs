using System.Buffers;

namespace Holdfast.Engine;

/// <summary>Bytes written one after the other into <see cref="MappedMemory"/>, which grows without being copied.</summary>
/// <param name="capacity">What it begins with, in bytes.</param>
internal sealed class MappedWriter(int capacity) : IBufferWriter<byte>, IDisposable
{
    private readonly MappedMemory memory = new(capacity);

    internal int Capacity => memory.Length;

    /// <summary>How many bytes were written; set to 0 to begin anew.</summary>
    internal int Length { get; private set; }

    internal ReadOnlyMemory<byte> WrittenMemory => memory.Memory[..Length];

    internal ReadOnlySpan<byte> WrittenSpan => memory.GetSpan()[..Length];

    internal void Clear() => Length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return memory.Memory[Length..];
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return memory.GetSpan()[Length..];
    }

    public void Dispose() => ((IDisposable)memory).Dispose();

    private void Reserve(int sizeHint)
    {
        long needed = Length + (long)Math.Max(sizeHint, 1);
        if (needed > Array.MaxLength)
        {
            throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                "What is to be stored passes 2 GiB in one piece."
            );
        }
        if (needed > Capacity)
        {
            memory.Grow((int)Math.Min(Math.Max(needed, 2L * Capacity), Array.MaxLength));
        }
    }
}
