using System.Buffers;

namespace Holdfast.Engine;

/// <summary>Bytes in a rented array. Dispose once, and never touch the bytes afterwards.</summary>
public struct PooledBytes(byte[] array, int length) : IDisposable
{
    private byte[]? array = array;

    public readonly ReadOnlyMemory<byte> Memory => array.AsMemory(0, length);

    public readonly ReadOnlySpan<byte> Span => array.AsSpan(0, length);

    public readonly int Length => length;

    public static PooledBytes Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    /// <summary>The bytes to fill, before they are handed out.</summary>
    public readonly Memory<byte> Writable => array.AsMemory(0, length);

    /// <summary>The same rented bytes, fewer of them. Use and dispose only the result.</summary>
    public readonly PooledBytes Shorten(int shorter) => new(array!, shorter);

    public void Dispose()
    {
        if (array is { } rented)
        {
            array = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
