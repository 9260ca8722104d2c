namespace Holdfast.Engine.Compression;

/// <summary>A zstd context for reading, reused. For one thread at a time.</summary>
internal sealed unsafe class Decompressor : IDisposable
{
    /// <summary>No sealed object grows beyond this, whatever its frame claims.</summary>
    private const int MaximumLength = 1 << 30;

    private readonly NativeHandle context = new(
        Libzstd.CreateDecompressor(),
        static raw => _ = Libzstd.FreeDecompressor(raw)
    );

    /// <returns>False unless the frame is valid and fills the destination exactly.</returns>
    internal bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        nuint length = Decompress(frame, destination);
        return Libzstd.IsError(length) == 0 && length == (nuint)destination.Length;
    }

    /// <summary>Decompresses a frame of unknown size.</summary>
    /// <returns>False when the frame is damaged or too large.</returns>
    internal bool TryDecompress(ReadOnlySpan<byte> frame, out PooledBytes plaintext)
    {
        // No bytes are no frame, though zstd takes them for an empty sequence of frames.
        long first = frame.IsEmpty ? long.MaxValue : FirstGuess(frame);
        for (long capacity = first; capacity <= MaximumLength; capacity *= 4)
        {
            plaintext = PooledBytes.RentSeldom((int)capacity);
            nuint length = Decompress(frame, plaintext.Writable.Span);
            if (Libzstd.IsError(length) == 0)
            {
                plaintext = plaintext.Shorten((int)length);
                return true;
            }
            plaintext.Dispose();
            if (Libzstd.ErrorCode(length) != Libzstd.DestinationTooSmall)
            {
                break;
            }
        }
        plaintext = default;
        return false;
    }

    private static long FirstGuess(ReadOnlySpan<byte> frame)
    {
        fixed (byte* from = frame)
        {
            ulong size = Libzstd.FrameContentSize(from, (nuint)frame.Length);
            return size is Libzstd.ContentSizeUnknown or Libzstd.ContentSizeError
                ? Math.Max(64 * 1024, 8L * frame.Length)
                : (long)Math.Min(size, long.MaxValue / 8);
        }
    }

    private nuint Decompress(ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        fixed (
            byte* from = frame,
                to = destination
        )
        {
            return Libzstd.Decompress(context, to, (nuint)destination.Length, from, (nuint)frame.Length);
        }
    }

    public void Dispose() => context.Dispose();
}
