namespace Holdfast.Engine.Trees;

public enum NodeType : byte
{
    File,
    Dir,
    Symlink,

    /// <summary>Block device.</summary>
    Dev,
    CharDev,
    Fifo,
    Socket,

    /// <summary>A type this engine does not know, kept by name in nothing: readers report it.</summary>
    Unknown,
}

public readonly record struct ExtendedAttribute(byte[] Name, byte[] Value);

/// <summary>A point in time as the format keeps it: nanoseconds since 1970-01-01T00:00:00Z, before it negative.</summary>
public readonly record struct UnixTime(long Seconds, int Nanoseconds)
{
    public static UnixTime From(DateTimeOffset time)
    {
        long seconds = time.ToUnixTimeSeconds();
        long ticks = (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks;
        return new UnixTime(seconds, (int)(ticks * TimeSpan.NanosecondsPerTick));
    }
}

/// <summary>
/// One entry of a directory, as restic's tree JSON has it. Names and link targets are raw bytes: a file system
/// promises no encoding. Fields that a type does not have are zero, empty or null.
/// </summary>
public sealed record Node
{
    public required byte[] Name { get; init; }
    public required NodeType Type { get; init; }

    /// <summary>Go's os.FileMode bits, as on the wire: permission bits plus type, set-id and sticky flags.</summary>
    public uint Mode { get; init; }
    public UnixTime ModifyTime { get; init; }
    public UnixTime AccessTime { get; init; }
    public UnixTime ChangeTime { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public string User { get; init; } = "";
    public string Group { get; init; } = "";
    public ulong Inode { get; init; }
    public ulong DeviceId { get; init; }

    /// <summary>Bytes read of a file: the sum of its blobs' lengths.</summary>
    public ulong Size { get; init; }
    public ulong Links { get; init; }
    public byte[] LinkTarget { get; init; } = [];
    public IReadOnlyList<ExtendedAttribute> ExtendedAttributes { get; init; } = [];

    /// <summary>st_rdev of a device node.</summary>
    public ulong Device { get; init; }

    /// <summary>The blobs of a file in order; empty for an empty file; null for whatever is not a file.</summary>
    public IReadOnlyList<Id>? Content { get; init; }

    /// <summary>The tree of a directory.</summary>
    public Id? Subtree { get; init; }
    public string Error { get; init; } = "";
}
