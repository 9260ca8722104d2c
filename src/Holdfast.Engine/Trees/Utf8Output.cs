using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Bytes on their way into a buffer writer, without a call to it for each piece. <see cref="Flush"/> hands over
/// what is written; nothing counts before.
/// </summary>
internal ref struct Utf8Output(IBufferWriter<byte> output)
{
    private const int LeastSpan = 1024;

    private Span<byte> span;
    private int used;

    /// <summary>At least <paramref name="size"/> bytes to write into; <see cref="Advance"/> by what was used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int size)
    {
        if (span.Length - used < size)
        {
            Grow(size);
        }
        return span[used..];
    }

    public void Advance(int count) => used += count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        used += bytes.Length;
    }

    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        used++;
    }

    public void Write(ulong number)
    {
        number.TryFormat(Reserve(20), out int written);
        used += written;
    }

    public void Write(in Id id)
    {
        Convert.TryToHexStringLower(id.Bytes, Reserve(2 * Id.Size), out int written);
        used += written;
    }

    public void WriteBase64(scoped ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out int written);
        used += written;
    }

    public void Flush()
    {
        output.Advance(used);
        span = default;
        used = 0;
    }

    private void Grow(int size)
    {
        Flush();
        span = output.GetSpan(Math.Max(size, LeastSpan));
    }
}
