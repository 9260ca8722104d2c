using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>What an inode is like that this process has just made.</summary>
internal static class FreshInode
{
    /// <summary>Those of mode 0777.</summary>
    private const uint Permissions = 0x1FF;

    /// <summary>Mode 0600.</summary>
    private const uint OwnersAlone = 0x180;

    private static readonly uint User = Libc.EffectiveUser();
    private static readonly uint Group = Libc.EffectiveGroup();

    /// <summary>Permission bits that the kernel takes from whatever this process makes; null when it does not tell.</summary>
    private static readonly uint? Mask = ReadMask();

    /// <summary>In a directory that lets nothing be inherited. The mode depends on the process's mask.</summary>
    public static readonly KnownMetadata Metadata = new(User, Group, null, null, []);

    /// <summary>
    /// The mode to make a file with. Nobody else gets into a directory that this run made before it is finished, so that
    /// a file there may have its permissions from the start, if it is to stay its maker's and is not opened again.
    /// </summary>
    public static uint ModeToMake(FilePlan plan) =>
        plan is { Fresh: true, Pieces: <= 1 } && plan.Node.Uid == User && plan.Node.Gid == Group
            ? GoFileMode.ToUnix(plan.Node.Mode) & Permissions
            : OwnersAlone;

    /// <summary>What a file is like that was made so, in a directory that this run made.</summary>
    public static KnownMetadata MetadataOf(FilePlan plan) => Metadata with { Mode = ModeToMake(plan) & ~Mask };

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

    // umask(2) cannot be asked without being changed for all threads.
    private static uint? ReadMask()
    {
        const string field = "Umask:";
        string? line = File.ReadLines("/proc/self/status")
            .FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? null : Convert.ToUInt32(line[field.Length..].Trim(), 8);
    }

    private static Errno TryRemove(DirectoryHandle directory, ReadOnlySpan<byte> name)
    {
        Errno errno = directory.TryRemoveAttribute(name);
        return errno is Errno.ENODATA or Errno.EOPNOTSUPP ? Errno.None : errno;
    }
}
