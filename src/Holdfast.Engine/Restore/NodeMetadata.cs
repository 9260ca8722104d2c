using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>What an inode's metadata is known to be before it is made right.</summary>
/// <param name="Attributes">Its extended attributes; POSIX ACLs are among them.</param>
/// <param name="ModifyTime">Null when it is about to change or not known.</param>
internal readonly record struct KnownMetadata(
    uint Uid,
    uint Gid,
    uint? Mode,
    UnixTime? ModifyTime,
    IReadOnlyList<ExtendedAttribute> Attributes
)
{
    public static Errno TryRead(Descriptor file, in FileStatus status, out KnownMetadata known)
    {
        Errno errno = ExtendedAttributes.TryRead(file, long.MaxValue, out IReadOnlyList<ExtendedAttribute> attributes);
        known = Of(status, attributes);
        return errno;
    }

    public static KnownMetadata Of(in FileStatus status, IReadOnlyList<ExtendedAttribute> attributes) =>
        new(status.Uid, status.Gid, status.Mode & NodeMetadata.ModeBits, status.ModifyTime, attributes);
}

/// <summary>Gives an inode the owner, attributes, mode and times of a node, changing only what differs.</summary>
internal static class NodeMetadata
{
    /// <summary>Permission, set-id and sticky bits of st_mode.</summary>
    public const uint ModeBits = 0xFFF;

    private static readonly bool IsRoot = Libc.EffectiveUser() == 0;

    // The order matters: a change of owner clears set-id bits and file capabilities, an ACL changes the mode's group
    // bits, and everything changes the change time.
    public static Errno TryApply(Descriptor file, Node node, in KnownMetadata known)
    {
        bool changed = false;
        Errno errno = Errno.None;
        if (known.Uid != node.Uid || known.Gid != node.Gid)
        {
            changed = true;
            errno = file.TryChangeOwner(node.Uid, node.Gid);
            // Only root gives files away; everybody else restores as themselves, as with restic and tar.
            errno = errno == Errno.EPERM && !IsRoot ? Errno.None : errno;
        }
        if (errno == Errno.None && (known.Attributes.Count > 0 || node.ExtendedAttributes.Count > 0))
        {
            errno = TryApplyAttributes(file, node.ExtendedAttributes, known.Attributes, ref changed);
        }
        uint mode = GoFileMode.ToUnix(node.Mode) & ModeBits;
        if (errno == Errno.None && node.Type != NodeType.Symlink && (changed || known.Mode != mode))
        {
            errno = file.TryChangeMode(mode);
        }
        if (errno == Errno.None && known.ModifyTime != node.ModifyTime)
        {
            errno = file.TrySetTimes(node.AccessTime, node.ModifyTime);
        }
        return errno;
    }

    private static Errno TryApplyAttributes(
        Descriptor file,
        IReadOnlyList<ExtendedAttribute> wanted,
        IReadOnlyList<ExtendedAttribute> present,
        ref bool changed
    )
    {
        foreach (ExtendedAttribute attribute in present)
        {
            if (Find(wanted, attribute.Name) is null && IsRemovable(attribute.Name))
            {
                changed = true;
                Errno errno = file.TryRemoveAttribute(attribute.Name);
                if (errno is not (Errno.None or Errno.ENODATA))
                {
                    return errno;
                }
            }
        }
        foreach (ExtendedAttribute attribute in wanted)
        {
            if (Find(present, attribute.Name) is not { } value || !value.AsSpan().SequenceEqual(attribute.Value))
            {
                changed = true;
                Errno errno = file.TrySetAttribute(attribute.Name, attribute.Value);
                if (errno != Errno.None)
                {
                    return errno;
                }
            }
        }
        // A change of owner may have cleared file capabilities that were right before.
        return changed ? TryKeepCapabilities(file, wanted) : Errno.None;
    }

    private static Errno TryKeepCapabilities(Descriptor file, IReadOnlyList<ExtendedAttribute> wanted) =>
        Find(wanted, "security.capability"u8) is { } value
            ? file.TrySetAttribute("security.capability"u8, value)
            : Errno.None;

    private static byte[]? Find(IReadOnlyList<ExtendedAttribute> attributes, ReadOnlySpan<byte> name)
    {
        foreach (ExtendedAttribute attribute in attributes)
        {
            if (name.SequenceEqual(attribute.Name))
            {
                return attribute.Value;
            }
        }
        return null;
    }

    // The kernel itself puts labels, integrity hashes and other file systems' ACLs on every inode: not for us to take.
    private static bool IsRemovable(ReadOnlySpan<byte> name) =>
        name.StartsWith("user."u8)
        || name.StartsWith("trusted."u8)
        || name.StartsWith("system.posix_acl_"u8)
        || name.SequenceEqual("security.capability"u8);
}
