using System.Buffers;
using System.Text;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Files;

/// <summary>
/// Reads all extended attributes of a file, POSIX ACLs among them, in the kernel's order. A file system without them
/// has none. <see cref="Errno.EFBIG"/> when names and values together pass the limit, in bytes.
/// </summary>
public static class ExtendedAttributes
{
    /// <summary>The kernel's own bounds for a list of names and for one value, in bytes.</summary>
    private const int KernelMax = 64 * 1024;

    private const int FirstTry = 512;

    /// <summary>Those of an open file or directory.</summary>
    public static Errno TryRead(Descriptor file, long limit, out IReadOnlyList<ExtendedAttribute> attributes) =>
        TryRead(new OpenFile(file), limit, out attributes);

    /// <summary>Those of an entry that cannot or need not be opened; never those of what a symbolic link leads to.</summary>
    public static Errno TryRead(
        DirectoryHandle directory,
        ReadOnlySpan<byte> name,
        long limit,
        out IReadOnlyList<ExtendedAttribute> attributes
    )
    {
        // The kernel walks from our descriptor to the one name and, as these calls are the l… ones, stops there.
        bool held = false;
        directory.DangerousAddRef(ref held);
        try
        {
            // Not every file system's names end at 255 bytes.
            Span<byte> buffer = name.Length <= 255 ? stackalloc byte[320] : new byte[name.Length + 65];
            Encoding.ASCII.TryGetBytes($"/proc/self/fd/{directory.DangerousGetHandle()}/", buffer, out int prefix);
            name.CopyTo(buffer[prefix..]);
            buffer[prefix + name.Length] = 0;
            return TryRead(new Entry(buffer), limit, out attributes);
        }
        finally
        {
            directory.DangerousRelease();
        }
    }

    private static Errno TryRead<TSource>(TSource source, long limit, out IReadOnlyList<ExtendedAttribute> attributes)
        where TSource : ISource, allows ref struct
    {
        attributes = [];
        Span<byte> few = stackalloc byte[FirstTry];
        nint length = source.List(few);
        Errno errno = Errnos.Of(length);
        if (errno == Errno.None && length == 0 || errno == Errno.EOPNOTSUPP)
        {
            return Errno.None;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * KernelMax);
        try
        {
            if (errno == Errno.ERANGE)
            {
                length = source.List(buffer.AsSpan(0, KernelMax));
                errno = Errnos.Of(length);
            }
            else if (errno == Errno.None)
            {
                few.CopyTo(buffer);
            }
            return errno != Errno.None
                ? errno
                : TryReadValues(source, buffer.AsSpan(0, (int)length), buffer.AsSpan(KernelMax), limit, out attributes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Errno TryReadValues<TSource>(
        TSource source,
        ReadOnlySpan<byte> names,
        Span<byte> buffer,
        long limit,
        out IReadOnlyList<ExtendedAttribute> attributes
    )
        where TSource : ISource, allows ref struct
    {
        var found = new List<ExtendedAttribute>();
        attributes = [];
        while (!names.IsEmpty)
        {
            int end = names.IndexOf((byte)0);
            nint length = source.Get(names[..(end + 1)], buffer);
            Errno errno = Errnos.Of(length);
            if (errno == Errno.None)
            {
                found.Add(new(names[..end].ToArray(), buffer[..(int)length].ToArray()));
                limit -= end + length;
            }
            else if (errno != Errno.ENODATA) // Removed since it was listed.
            {
                return errno;
            }
            if (limit < 0)
            {
                return Errno.EFBIG;
            }
            names = names[(end + 1)..];
        }
        attributes = found;
        return Errno.None;
    }

    private interface ISource
    {
        nint List(scoped Span<byte> names);

        nint Get(scoped ReadOnlySpan<byte> name, scoped Span<byte> value);
    }

    private readonly struct OpenFile(Descriptor file) : ISource
    {
        public nint List(scoped Span<byte> names) => Libc.ListAttributes(file, names, (nuint)names.Length);

        public nint Get(scoped ReadOnlySpan<byte> name, scoped Span<byte> value) =>
            Libc.GetAttribute(file, name, value, (nuint)value.Length);
    }

    private readonly ref struct Entry(ReadOnlySpan<byte> path) : ISource
    {
        private readonly ReadOnlySpan<byte> path = path;

        public nint List(scoped Span<byte> names) => Libc.ListLinkAttributes(path, names, (nuint)names.Length);

        public nint Get(scoped ReadOnlySpan<byte> name, scoped Span<byte> value) =>
            Libc.GetLinkAttribute(path, name, value, (nuint)value.Length);
    }
}
