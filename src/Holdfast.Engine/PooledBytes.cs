using System.Buffers;

namespace Holdfast.Engine;

/// <summary>Bytes in rented memory. Dispose once, and never touch the bytes afterwards.</summary>
public struct PooledBytes : IDisposable
{
    /// <summary>Longer ones are the trees of huge directories; the pool would keep one for each thread that met one.</summary>
    private const int MostPooled = 32 << 20;

    /// <summary>The same of what is seldom needed.</summary>
    private const int MostPooledSeldom = 256 << 10;

    private readonly int length;
    private byte[]? array;
    private MappedMemory? mapped;

    /// <param name="array">Rented from <see cref="ArrayPool{T}.Shared"/>.</param>
    public PooledBytes(byte[] array, int length)
    {
        this.array = array;
        this.length = length;
    }

    private PooledBytes(MappedMemory mapped, int length)
    {
        this.mapped = mapped;
        this.length = length;
    }

    public readonly ReadOnlyMemory<byte> Memory => Writable;

    public readonly ReadOnlySpan<byte> Span => mapped is null ? array.AsSpan(0, length) : mapped.GetSpan()[..length];

    public readonly int Length => length;

    public static PooledBytes Rent(int length) => Rent(length, MostPooled);

    /// <summary>For what is not needed again soon: large ones go back to the system, not to the pool.</summary>
    internal static PooledBytes RentSeldom(int length) => Rent(length, MostPooledSeldom);

    /// <summary>The bytes to fill, before they are handed out.</summary>
    public readonly Memory<byte> Writable => mapped is null ? array.AsMemory(0, length) : mapped.Memory[..length];

    /// <summary>The same rented bytes, fewer of them. Use and dispose only the result.</summary>
    public readonly PooledBytes Shorten(int shorter) => mapped is null ? new(array!, shorter) : new(mapped, shorter);

    public void Dispose()
    {
        if (array is { } rented)
        {
            array = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
        if (mapped is IDisposable owned)
        {
            mapped = null;
            owned.Dispose();
        }
    }

    private static PooledBytes Rent(int length, int mostPooled) =>
        length <= mostPooled
            ? new(ArrayPool<byte>.Shared.Rent(length), length)
            : new(new MappedMemory(length, filled: length <= MostPooled), length);
}
