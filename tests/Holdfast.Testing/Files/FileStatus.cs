namespace Holdfast.Testing.Files;

public enum FileKind
{
    Fifo = 0x1000,
    CharDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    File = 0x8000,
    Symlink = 0xA000,
    Socket = 0xC000,
}

/// <summary>A time as stat gives it. Nanoseconds are 0 to 999,999,999, also before 1970.</summary>
public readonly record struct FileTime(long Seconds, int Nanoseconds);

/// <summary>What lstat says of one entry. <paramref name="Blocks"/> are of 512 bytes.</summary>
public readonly record struct FileStatus(
    FileKind Kind,
    int Permissions,
    uint Uid,
    uint Gid,
    long Size,
    long Blocks,
    FileTime ModifyTime,
    ulong Device,
    ulong Inode,
    uint Links,
    uint SpecialMajor,
    uint SpecialMinor
);
