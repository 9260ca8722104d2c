using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Files;

/// <summary>Changes the metadata of the very inode that is held, whatever its name leads to by now.</summary>
public static class MetadataWriting
{
    /// <summary>Longest name of an attribute, in bytes, and its zero byte.</summary>
    private const int NameMax = 256;

    public static Errno TryChangeOwner(this Descriptor file, uint uid, uint gid) =>
        Errnos.Of(Libc.ChangeOwnerAt(file, "\0"u8, uid, gid, Libc.AT_EMPTY_PATH));

    /// <param name="mode">Permission, set-id and sticky bits.</param>
    public static Errno TryChangeMode(this Descriptor file, uint mode) =>
        Errnos.Of(file is PinnedEntry pinned ? Libc.ChangeMode(pinned.MagicPath, mode) : Libc.ChangeMode(file, mode));

    public static Errno TrySetTimes(this Descriptor file, UnixTime access, UnixTime modify)
    {
        ReadOnlySpan<Libc.TimeSpec> times =
        [
            new() { Seconds = access.Seconds, Nanoseconds = access.Nanoseconds },
            new() { Seconds = modify.Seconds, Nanoseconds = modify.Nanoseconds },
        ];
        return Errnos.Of(
            file is PinnedEntry pinned
                ? Libc.SetTimesAt(Libc.AT_FDCWD, pinned.MagicPath, times, 0)
                : Libc.SetTimes(file, times)
        );
    }

    public static Errno TrySetAttribute(this Descriptor file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length >= NameMax)
        {
            return Errno.ERANGE;
        }
        ReadOnlySpan<byte> key = Terminate(name, stackalloc byte[NameMax]);
        return Errnos.Of(
            file is PinnedEntry pinned
                ? Libc.SetAttribute(pinned.MagicPath, key, value, (nuint)value.Length, 0)
                : Libc.SetAttribute(file, key, value, (nuint)value.Length, 0)
        );
    }

    public static Errno TryRemoveAttribute(this Descriptor file, ReadOnlySpan<byte> name)
    {
        if (name.Length >= NameMax)
        {
            return Errno.ERANGE;
        }
        ReadOnlySpan<byte> key = Terminate(name, stackalloc byte[NameMax]);
        return Errnos.Of(
            file is PinnedEntry pinned ? Libc.RemoveAttribute(pinned.MagicPath, key) : Libc.RemoveAttribute(file, key)
        );
    }

    private static Span<byte> Terminate(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        name.CopyTo(buffer);
        buffer[name.Length] = 0;
        return buffer[..(name.Length + 1)];
    }
}
