namespace Holdfast.Engine.Files;

// btrfs's subvolumes: directories that can be held still as a whole. Every call names an entry of an open directory,
// so nobody can lead it elsewhere.
public sealed partial class DirectoryHandle
{
    /// <summary>The inode of every subvolume's own directory, and of nothing else on btrfs.</summary>
    private const ulong SubvolumeInode = 256;

    /// <summary>The inode of the empty directory that a snapshot has where the original has a subvolume in it.</summary>
    private const ulong NestedSubvolumeInode = 2;

    public bool IsOnBtrfs =>
        Libc.StatFileSystem(this, out Libc.StatFs status) == 0 && status.Type == Libc.BTRFS_SUPER_MAGIC;

    /// <summary>Whether this directory is a subvolume, which can be captured.</summary>
    public bool IsSubvolume =>
        TryStat(out FileStatus status) == Errno.None && status.Inode == SubvolumeInode && IsOnBtrfs;

    /// <summary>Whether this directory, in a snapshot, stands for a subvolume that the snapshot does not have.</summary>
    internal bool IsLeftOutSubvolume(in FileStatus status) => status.Inode == NestedSubvolumeInode && IsOnBtrfs;

    /// <summary>Whether the entry is a subvolume, this directory being on btrfs.</summary>
    internal bool HasSubvolume(ReadOnlySpan<byte> name) =>
        TryStat(name, out FileStatus status) == Errno.None
        && status is { Type: FileType.Directory, Inode: SubvolumeInode, IsMountRoot: false };

    /// <summary>Makes an empty subvolume.</summary>
    public Errno TryMakeSubvolume(ReadOnlySpan<byte> name) => Control(Libc.BTRFS_IOC_SUBVOL_CREATE, name);

    /// <summary>
    /// Makes a subvolume here that is the other one as it is at this moment, without the subvolumes in it. It is on disk
    /// when the call returns.
    /// </summary>
    /// <param name="writable">A read-only one cannot be moved into another directory.</param>
    public unsafe Errno TrySnapshot(ReadOnlySpan<byte> name, DirectoryHandle subvolume, bool writable = false)
    {
        bool held = false;
        subvolume.DangerousAddRef(ref held);
        try
        {
            Libc.VolumeArguments2 arguments = new()
            {
                Descriptor = subvolume.DangerousGetHandle(),
                Flags = writable ? 0 : Libc.BTRFS_SUBVOL_RDONLY,
            };
            if (name.Length >= Libc.VolumeArguments2.NameMax)
            {
                return Errno.ENAMETOOLONG;
            }
            name.CopyTo(new Span<byte>(arguments.Name, Libc.VolumeArguments2.NameMax));
            return Errnos.Of(Libc.Control(this, Libc.BTRFS_IOC_SNAP_CREATE_V2, in arguments));
        }
        finally
        {
            subvolume.DangerousRelease();
        }
    }

    /// <summary>
    /// Removes a subvolume, read-only or not, with all it holds; its space comes back by and by.
    /// <see cref="Errno.ENOTEMPTY"/> while there are subvolumes in it.
    /// </summary>
    public Errno TryRemoveSubvolume(ReadOnlySpan<byte> name) => Control(Libc.BTRFS_IOC_SNAP_DESTROY, name);

    /// <summary>Lets entries of this subvolume be changed.</summary>
    public Errno TryMakeWritable() => SetFlags(0);

    /// <summary>Lets nothing in this subvolume be changed.</summary>
    public Errno TryMakeReadOnly() => SetFlags(Libc.BTRFS_SUBVOL_RDONLY);

    private Errno SetFlags(ulong flags) => Errnos.Of(Libc.Control(this, Libc.BTRFS_IOC_SUBVOL_SETFLAGS, in flags));

    private unsafe Errno Control(nuint request, ReadOnlySpan<byte> name)
    {
        if (name.Length >= Libc.VolumeArguments.NameMax)
        {
            return Errno.ENAMETOOLONG;
        }
        Libc.VolumeArguments arguments = default;
        name.CopyTo(new Span<byte>(arguments.Name, Libc.VolumeArguments.NameMax));
        return Errnos.Of(Libc.Control(this, request, in arguments));
    }
}
