using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>What an inode is like that this process has just made.</summary>
internal static class FreshInode
{
    /// <summary>Mode 0600: what is in a file is nobody else's to see before it has its permissions.</summary>
    public const uint Mode = 0x180;

    private static readonly uint User = Libc.EffectiveUser();
    private static readonly uint Group = Libc.EffectiveGroup();

    /// <summary>In a directory that lets nothing be inherited. The mode depends on the file system.</summary>
    public static readonly KnownMetadata Metadata = new(User, Group, null, null, []);

    /// <summary>
    /// Takes from a new directory what it inherited: a set-id directory's group, and a default ACL that all within it
    /// would inherit in turn.
    /// </summary>
    public static Errno TryDisinherit(DirectoryHandle directory)
    {
        Errno errno = directory.TryStat(out FileStatus status);
        if (errno == Errno.None && status.Gid != Group)
        {
            errno = directory.TryChangeOwner(User, Group);
        }
        if (errno == Errno.None)
        {
            errno = TryRemove(directory, "system.posix_acl_default"u8);
        }
        if (errno == Errno.None)
        {
            errno = TryRemove(directory, "system.posix_acl_access"u8);
        }
        return errno == Errno.None ? directory.TryChangeMode(0x1C0) : errno;
    }

    private static Errno TryRemove(DirectoryHandle directory, ReadOnlySpan<byte> name)
    {
        Errno errno = directory.TryRemoveAttribute(name);
        return errno is Errno.ENODATA or Errno.EOPNOTSUPP ? Errno.None : errno;
    }
}
