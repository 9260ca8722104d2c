using Holdfast.Engine.Archives;
using Holdfast.Engine.Trees;

namespace Holdfast.Core.Reading;

/// <summary>An entry of a backup, as it was in the share. Names, paths and targets are raw bytes.</summary>
public sealed class BackupEntry
{
    private const long FirstSecond = -62_135_596_800; // of the year 1
    private const long LastSecond = 253_402_300_799; // of the year 9999

    internal BackupEntry(byte[] path, Node node) => (Path, Node) = (path, node);

    internal Node Node { get; }

    /// <summary>From the share on, names joined by slashes; empty for the share's own directory.</summary>
    public byte[] Path { get; }

    /// <summary>Empty for the share's own directory.</summary>
    public ReadOnlySpan<byte> Name => Path.AsSpan(Path.AsSpan().LastIndexOf((byte)'/') + 1);

    public bool IsDirectory => Node.Type == NodeType.Dir;

    public bool IsFile => Node.Type == NodeType.File;

    /// <summary>As restic calls it: <c>file</c>, <c>dir</c>, <c>symlink</c>, <c>dev</c>, <c>chardev</c>, <c>fifo</c>, <c>socket</c>.</summary>
    public string Type => WordOf(Node.Type);

    /// <summary>Bytes of a file; null of anything else.</summary>
    public long? Size => IsFile ? (long)Math.Min(Node.Size, long.MaxValue) : null;

    /// <summary>Permissions, set-id bits and sticky bit, as chmod has them.</summary>
    public uint Mode => GoFileMode.ToUnix(Node.Mode) & 0xFFF;

    public uint Uid => Node.Uid;

    public uint Gid => Node.Gid;

    public string User => Node.User;

    public string Group => Node.Group;

    /// <summary>Null for a time that no calendar of ours has: file systems take any.</summary>
    public DateTimeOffset? ModifiedAt => TimeOf(Node.ModifyTime);

    /// <summary>Of a symbolic link; null of anything else.</summary>
    public byte[]? LinkTarget => Node.Type == NodeType.Symlink ? Node.LinkTarget : null;

    public ulong Links => Node.Links;

    /// <summary>Bytes as text: <c>\xFF</c> stands for what is not UTF-8.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => EntryText.Of(bytes);

    /// <summary>The words of <see cref="Type"/>, in the order of the engine's types.</summary>
    public static readonly IReadOnlyList<string> Types = ["file", "dir", "symlink", "dev", "chardev", "fifo", "socket"];

    internal static string WordOf(NodeType type) => (int)type < Types.Count ? Types[(int)type] : "unknown";

    internal static DateTimeOffset? TimeOf(UnixTime time) =>
        time is { Seconds: >= FirstSecond and <= LastSecond }
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / 100)
            : null;
}
