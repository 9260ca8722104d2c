using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Files;

/// <summary>What a directory entry is; the values are those of <c>d_type</c>, and of <c>st_mode</c> without its low 12 bits.</summary>
public enum FileType : byte
{
    /// <summary>The file system does not say in its listings: ask for the status.</summary>
    Unknown = 0,
    Fifo = 1,
    CharacterDevice = 2,
    Directory = 4,
    BlockDevice = 6,
    Regular = 8,
    Symlink = 10,
    Socket = 12,
}

/// <summary>What statx(2) says of a file.</summary>
public readonly record struct FileStatus
{
    /// <summary><c>st_mode</c>: type, set-id, sticky and permission bits.</summary>
    public ushort Mode { get; init; }

    /// <summary>The mount's root, so an entry that has it lies on another mount than its directory.</summary>
    public bool IsMountRoot { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public uint Links { get; init; }

    /// <summary><c>st_dev</c> and, for device nodes, <c>st_rdev</c>, in the C library's 64-bit encoding.</summary>
    public ulong Device { get; init; }
    public ulong RepresentedDevice { get; init; }
    public ulong Inode { get; init; }

    /// <summary>Apparent size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Allocated units of 512 bytes; fewer than the size asks for when the file has holes.</summary>
    public ulong Blocks { get; init; }
    public UnixTime ModifyTime { get; init; }
    public UnixTime AccessTime { get; init; }
    public UnixTime ChangeTime { get; init; }

    public FileType Type => (FileType)(Mode >> 12);

    /// <summary>Whether nobody wrote, truncated or changed the inode between this status and the other.</summary>
    public bool SameContent(in FileStatus other) =>
        Inode == other.Inode
        && Device == other.Device
        && Size == other.Size
        && ModifyTime == other.ModifyTime
        && ChangeTime == other.ChangeTime;

    internal static FileStatus From(in Libc.Statx raw) =>
        new()
        {
            Mode = raw.Mode,
            IsMountRoot = (raw.Attributes & Libc.STATX_ATTR_MOUNT_ROOT) != 0,
            Uid = raw.Uid,
            Gid = raw.Gid,
            Links = raw.Links,
            Device = MakeDevice(raw.DeviceMajor, raw.DeviceMinor),
            RepresentedDevice = MakeDevice(raw.RdevMajor, raw.RdevMinor),
            Inode = raw.Inode,
            Size = (long)raw.Size,
            Blocks = raw.Blocks,
            ModifyTime = new UnixTime(raw.ModifyTime.Seconds, (int)raw.ModifyTime.Nanoseconds),
            AccessTime = new UnixTime(raw.AccessTime.Seconds, (int)raw.AccessTime.Nanoseconds),
            ChangeTime = new UnixTime(raw.ChangeTime.Seconds, (int)raw.ChangeTime.Nanoseconds),
        };

    /// <summary>makedev(3).</summary>
    public static ulong MakeDevice(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32)
        | ((major & 0xfff) << 8)
        | ((ulong)(minor & 0xffffff00) << 12)
        | (minor & 0xff);

    /// <summary>major(3) and minor(3).</summary>
    public static (uint Major, uint Minor) SplitDevice(ulong device) =>
        (
            (uint)(device >> 32 & 0xfffff000) | (uint)(device >> 8 & 0xfff),
            (uint)(device >> 12 & 0xffffff00) | (uint)(device & 0xff)
        );
}
