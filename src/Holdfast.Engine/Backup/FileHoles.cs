using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>
/// Reads a file without reading its holes: they are filled in as zeros. A file that has all its blocks is not asked
/// for holes. For one thread.
/// </summary>
internal sealed class FileHoles(FileHandle file, in FileStatus status)
{
    private const int BlockUnit = 512;

    private readonly long size = status.Size;
    private readonly bool isSparse = status.Blocks < (ulong)status.Size / BlockUnit;

    // What was last found: zeros up to holeEnd, or else data up to dataEnd, each from where it was asked.
    private long from;
    private long holeEnd;
    private long dataEnd;

    /// <summary>Bytes read of the file, its holes not counted.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Whether there is nothing but hole for that many bytes.</summary>
    public bool Covers(long offset, int length)
    {
        if (isSparse)
        {
            Find(offset);
        }
        return offset + length <= holeEnd;
    }

    /// <summary>Fills the buffer; fewer bytes than asked for mean the end of the file.</summary>
    public Errno TryRead(long offset, Span<byte> buffer, out int length)
    {
        if (!isSparse)
        {
            return TryReadData(offset, buffer, out length);
        }
        length = 0;
        while (length < buffer.Length)
        {
            Find(offset + length);
            bool isHole = offset + length < holeEnd;
            long extent = (isHole ? holeEnd : dataEnd) - (offset + length);
            Span<byte> part = buffer[length..(int)Math.Min(buffer.Length, length + extent)];
            int read = part.Length;
            Errno errno = isHole ? Clear(part) : TryReadData(offset + length, part, out read);
            length += read;
            if (errno != Errno.None || read < part.Length)
            {
                return errno;
            }
        }
        return Errno.None;
    }

    private Errno TryReadData(long offset, Span<byte> buffer, out int length)
    {
        Errno errno = file.TryRead(offset, buffer, out length);
        BytesRead += length;
        return errno;
    }

    private static Errno Clear(Span<byte> part)
    {
        part.Clear();
        return Errno.None;
    }

    private void Find(long offset)
    {
        if (offset >= from && offset < Math.Max(holeEnd, dataEnd))
        {
            return;
        }
        from = offset;
        holeEnd = Math.Min(file.NextData(offset), size);
        dataEnd = 0;
        if (holeEnd <= offset)
        {
            holeEnd = 0;
            // At and beyond the size the kernel knows neither data nor hole: let a read find the end.
            dataEnd = offset < size ? file.NextHole(offset) : long.MaxValue;
        }
    }
}
