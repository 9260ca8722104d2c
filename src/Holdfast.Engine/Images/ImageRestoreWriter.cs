using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;

namespace Holdfast.Engine.Images;

/// <summary>
/// Makes ranges of the target what they should be, block by block: one that is right is left alone, one that should be
/// zeros is given back, the others are written. One worker's own; no two workers may have a byte in common.
/// </summary>
internal sealed class ImageRestoreWriter(ImageRestoreRun run) : IPieceWriter
{
    /// <summary>What file systems allocate by, and disks write whole: blocks begin at its multiples, in bytes.</summary>
    private const int Block = 4096;

    /// <summary>How much of a run of zeros is looked at once.</summary>
    private const int ZerosAtOnce = 1 << 20;

    private static readonly byte[] Zeros = new byte[ZerosAtOnce];

    private readonly FileHoles holes = new(run.Target.Reading, run.Target.Status);
    private byte[] buffer = [];

    /// <summary>What becomes of a block.</summary>
    private enum Change
    {
        None,
        Zero,
        Write,
    }

    public void Write(in Piece piece, ReadOnlySpan<byte> bytes) => Write(piece.FileOffset, bytes);

    public void Miss(in Piece piece, string why) => run.Tally.AddMissing(piece.Location.PlaintextLength, why);

    public void Dispose() { }

    /// <summary>Makes a range zeros.</summary>
    public void WriteZeros(long start, long end)
    {
        while (start < end)
        {
            // Whole blocks at a time, wherever the range begins.
            int length = (int)Math.Min(end - start, ZerosAtOnce - (start & (Block - 1)));
            if (holes.Covers(start, length))
            {
                run.Tally.AddKept(length);
            }
            else
            {
                Write(start, Zeros.AsSpan(0, length));
            }
            start += length;
        }
    }

    /// <summary>What the target holds there; empty when that is a hole. Valid until the next call.</summary>
    /// <returns>False where its disk cannot be read: to write there may mend it.</returns>
    public bool TryRead(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = [];
        if (holes.Covers(offset, length))
        {
            return true;
        }
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, ZerosAtOnce));
        }
        Errno errno = holes.TryRead(offset, buffer.AsSpan(0, length), out int read);
        if (errno == Errno.EIO)
        {
            return false;
        }
        if (errno != Errno.None || read < length)
        {
            // Its size was asked before, so somebody has cut it meanwhile.
            throw run.Tally.Failed(errno == Errno.None ? Errno.ESTALE : errno, "read");
        }
        bytes = buffer.AsSpan(0, length);
        return true;
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (!TryRead(offset, bytes.Length, out ReadOnlySpan<byte> current))
        {
            Apply(Change.Write, offset, bytes);
            return;
        }
        int end;
        for (int start = 0; start < bytes.Length; start = end)
        {
            Change change = ChangeOf(offset, bytes, current, start, out end);
            while (end < bytes.Length && ChangeOf(offset, bytes, current, end, out int next) == change)
            {
                end = next;
            }
            Apply(change, offset + start, bytes[start..end]);
        }
    }

    /// <param name="offset">Where the bytes begin in the target.</param>
    /// <param name="bytes">What it should hold there.</param>
    /// <param name="current">What it holds; empty for a hole.</param>
    /// <param name="start">Where among them the block begins.</param>
    /// <param name="end">Where it ends; the first and the last may be part of a block.</param>
    private static Change ChangeOf(
        long offset,
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<byte> current,
        int start,
        out int end
    )
    {
        end = Math.Min(bytes.Length, start + Block - (int)((offset + start) & (Block - 1)));
        ReadOnlySpan<byte> block = bytes[start..end];
        if (!current.IsEmpty && block.SequenceEqual(current[start..end]))
        {
            return Change.None;
        }
        return block.ContainsAnyExcept((byte)0) ? Change.Write
            : current.IsEmpty ? Change.None
            : Change.Zero;
    }

    private void Apply(Change change, long offset, ReadOnlySpan<byte> bytes)
    {
        Errno errno = Errno.None;
        switch (change)
        {
            case Change.None:
                run.Tally.AddKept(bytes.Length);
                break;
            case Change.Zero:
                errno = TryZero(offset, bytes);
                run.Tally.AddZeroed(bytes.Length);
                break;
            default:
                errno = run.Target.Writing.TryWrite(offset, bytes);
                run.Tally.AddWritten(bytes.Length);
                break;
        }
        if (errno != Errno.None)
        {
            throw run.Tally.Failed(errno, "written");
        }
    }

    /// <summary>Gives whole blocks back, and writes zeros where there is only a part of one, or they cannot be given back.</summary>
    private Errno TryZero(long offset, ReadOnlySpan<byte> zeros)
    {
        WritableFile target = run.Target.Writing;
        int first = (int)(-offset & (Block - 1));
        int last = zeros.Length - (int)((offset + zeros.Length) & (Block - 1));
        if (first >= last || target.TryPunch(offset + first, last - first) != Errno.None)
        {
            return target.TryWrite(offset, zeros);
        }
        Errno errno = target.TryWrite(offset, zeros[..first]);
        return errno == Errno.None ? target.TryWrite(offset + last, zeros[last..]) : errno;
    }
}
