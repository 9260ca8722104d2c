using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>
/// Where a file's bytes lie on its disk (FIEMAP), asked of the kernel a page of extents at a time, so that a file of any
/// number of extents takes the same memory. What was written to the file before is on the disk first. For one thread.
/// </summary>
internal sealed class ExtentMap(FileHandle file)
{
    private const int PageLength = 512;

    /// <summary>Any other flag says that the address is not all there is to the extent.</summary>
    private const uint PlainFlags = Libc.FIEMAP_EXTENT_LAST | Libc.FIEMAP_EXTENT_MERGED | Libc.FIEMAP_EXTENT_SHARED;

    private readonly byte[] page = new byte[
        Marshal.SizeOf<Libc.Fiemap>() + (PageLength * Marshal.SizeOf<Libc.FiemapExtent>())
    ];

    // The page tells everything of [from, until); the extents before `next` end before `from`.
    private long from;
    private long until;
    private int count;
    private int next;

    /// <summary>The stretch that begins at the offset. Cheapest when offsets ascend.</summary>
    public FileExtent At(long offset)
    {
        if (offset < from || offset >= until)
        {
            Load(offset);
        }
        from = offset;
        while (next < count && End(Extents[next]) <= offset)
        {
            next++;
        }
        if (next == count)
        {
            return new FileExtent(ExtentKind.Hole, until, 0);
        }
        ref Libc.FiemapExtent extent = ref Extents[next];
        return (long)extent.Logical > offset ? new FileExtent(ExtentKind.Hole, (long)extent.Logical, 0)
            : (extent.Flags & ~PlainFlags) != 0 ? new FileExtent(ExtentKind.Unclear, End(extent), 0)
            : new FileExtent(ExtentKind.Data, End(extent), extent.Physical + (ulong)offset - extent.Logical);
    }

    private Span<Libc.FiemapExtent> Extents =>
        MemoryMarshal.Cast<byte, Libc.FiemapExtent>(page.AsSpan(Marshal.SizeOf<Libc.Fiemap>()));

    private static long End(in Libc.FiemapExtent extent) =>
        (long)Math.Min(extent.Logical + extent.Length, long.MaxValue);

    private void Load(long offset)
    {
        ref Libc.Fiemap request = ref MemoryMarshal.AsRef<Libc.Fiemap>(page.AsSpan());
        Errno errno;
        do
        {
            request = new Libc.Fiemap
            {
                Start = (ulong)offset,
                Length = ulong.MaxValue,
                Flags = Libc.FIEMAP_FLAG_SYNC,
                ExtentCount = PageLength,
            };
            errno = Errnos.Of(Libc.Control(file, Libc.FS_IOC_FIEMAP, page));
        } while (errno == Errno.EINTR);
        next = 0;
        if (errno != Errno.None)
        {
            // A file system that has no such call, or cannot tell now.
            count = 1;
            Extents[0] = new Libc.FiemapExtent { Length = ulong.MaxValue, Flags = uint.MaxValue };
        }
        else
        {
            count = (int)request.MappedExtents;
        }
        bool isLast = count < PageLength || (Extents[count - 1].Flags & Libc.FIEMAP_EXTENT_LAST) != 0;
        until = isLast ? long.MaxValue : End(Extents[count - 1]);
    }
}
