using System.Buffers;
using System.Runtime.InteropServices;

namespace Holdfast.Engine;

/// <summary>
/// Memory straight from the system and back to it when disposed, outside the garbage collector's heap: for what is large,
/// and would stay on that heap long after its use. What was never written to takes no memory.
/// </summary>
internal sealed unsafe partial class MappedMemory : MemoryManager<byte>
{
    private byte* start;

    /// <param name="length">In bytes.</param>
    /// <param name="filled">Whether all of it will be written to: then its pages are taken at once, which is cheaper.</param>
    /// <exception cref="EngineError">The system has no memory left.</exception>
    internal MappedMemory(int length, bool filled = false)
    {
        Length = length;
        int flags = Private | Anonymous | (filled ? Populate : 0);
        start = Checked(Map(null, (nuint)Math.Max(length, 1), ReadWrite, flags, -1, 0));
    }

    internal int Length { get; private set; }

    /// <summary>The same for whoever has no moment to dispose it at: it goes back once nobody refers to the handle any more.</summary>
    /// <param name="length">In bytes.</param>
    /// <exception cref="EngineError">The system has no memory left.</exception>
    internal static NativeHandle Handle(int length)
    {
        byte* mapped = Checked(Map(null, (nuint)length, ReadWrite, Private | Anonymous, -1, 0));
        GC.AddMemoryPressure(length);
        return new NativeHandle(
            (nint)mapped,
            raw =>
            {
                _ = Unmap((byte*)raw, (nuint)length);
                GC.RemoveMemoryPressure(length);
            }
        );
    }

    /// <summary>Makes it longer; what it holds stays, perhaps at another address, and is not copied.</summary>
    /// <exception cref="EngineError">The system has no memory left; nothing has changed.</exception>
    internal void Grow(int length)
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        start = Checked(Remap(start, (nuint)Math.Max(Length, 1), (nuint)length, MayMove));
        Length = length;
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        return new Span<byte>(start, Length);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin() { }

    protected override void Dispose(bool disposing)
    {
        if (start is not null)
        {
            _ = Unmap(start, (nuint)Math.Max(Length, 1));
            start = null;
        }
    }

    private static byte* Checked(byte* mapped) =>
        mapped != (byte*)-1
            ? mapped
            : throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                "The system has no memory left for this process.",
                "Raise the process's limits, or let it do less at once."
            );

    private const int ReadWrite = 1 | 2;
    private const int Private = 0x2;
    private const int Anonymous = 0x20;
    private const int Populate = 0x8000;
    private const int MayMove = 1;

    [LibraryImport("libc", EntryPoint = "mmap64")]
    private static partial byte* Map(
        void* address,
        nuint length,
        int protection,
        int flags,
        int descriptor,
        long offset
    );

    [LibraryImport("libc", EntryPoint = "mremap")]
    private static partial byte* Remap(byte* address, nuint length, nuint newLength, int flags);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
