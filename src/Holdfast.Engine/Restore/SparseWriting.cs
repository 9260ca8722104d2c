using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Writes bytes, and leaves a hole wherever a long run of them is zero. The format does not record holes, so every file
/// is restored with as many as its content allows.
/// </summary>
internal static class SparseWriting
{
    /// <summary>What file systems allocate by: a hole begins and ends at a multiple of it, in bytes.</summary>
    private const int Block = 4096;

    /// <summary>A shorter run of zeros is written out: a hole has its price in extents and calls.</summary>
    public const int HoleMin = 4 * Block;

    /// <param name="punch">The file may hold other bytes there; otherwise there is a hole already.</param>
    public static Errno TryWriteSparse(this WritableFile file, long offset, ReadOnlySpan<byte> bytes, bool punch)
    {
        int written = 0;
        int position = (int)(-offset & (Block - 1));
        while (position + HoleMin <= bytes.Length)
        {
            int zeros = ZeroBlocks(bytes[position..]);
            if (zeros < HoleMin)
            {
                position += Math.Max(zeros, Block);
                continue;
            }
            Errno errno = file.TryWrite(offset + written, bytes[written..position]);
            if (errno == Errno.None && punch)
            {
                errno = TryPunch(file, offset + position, bytes.Slice(position, zeros));
            }
            if (errno != Errno.None)
            {
                return errno;
            }
            written = position += zeros;
        }
        return file.TryWrite(offset + written, bytes[written..]);
    }

    private static Errno TryPunch(WritableFile file, long offset, ReadOnlySpan<byte> zeros)
    {
        Errno errno = file.TryPunch(offset, zeros.Length);
        return errno == Errno.EOPNOTSUPP ? file.TryWrite(offset, zeros) : errno;
    }

    /// <summary>Length of the zero blocks at the start, in bytes; a last block may be short.</summary>
    private static int ZeroBlocks(ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        while (
            length < bytes.Length
            && !bytes.Slice(length, Math.Min(Block, bytes.Length - length)).ContainsAnyExcept((byte)0)
        )
        {
            length += Math.Min(Block, bytes.Length - length);
        }
        return length;
    }
}
