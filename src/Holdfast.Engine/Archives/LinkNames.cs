using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>
/// The first names of files that have several. Which nodes are one file is as <see cref="SameFile"/> has it; kept is a
/// digest of that, for a huge file's list of blobs is long.
/// </summary>
internal sealed class LinkNames
{
    /// <summary>Files that are remembered; the names of later ones each have the bytes.</summary>
    public const int MostFiles = 100_000;

    /// <summary>Bytes of their paths together, as <see cref="MostFiles"/>: one can have a MiB.</summary>
    public const int MostBytes = 16 << 20;

    private readonly Dictionary<Id, byte[]> paths = [];
    private int bytes;

    /// <returns>The path of the same file before; null when this is its first, or only, name.</returns>
    public byte[]? Before(Node node, byte[] path)
    {
        if (node is not { Links: > 1, Inode: not 0 })
        {
            return null;
        }
        Id file = KeyOf(node);
        if (paths.TryGetValue(file, out byte[]? first))
        {
            return first;
        }
        if (paths.Count < MostFiles && path.Length <= MostBytes - bytes)
        {
            paths.Add(file, path);
            bytes += path.Length;
        }
        return null;
    }

    private static Id KeyOf(Node node)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<ulong> numbers =
        [
            node.DeviceId,
            node.Inode,
            (ulong)node.Type,
            node.Device,
            (ulong)node.LinkTarget.Length,
        ];
        hash.AppendData(MemoryMarshal.AsBytes(numbers));
        hash.AppendData(node.LinkTarget);
        foreach (Id blob in node.Content ?? [])
        {
            hash.AppendData(blob);
        }
        return new Id(hash.GetHashAndReset());
    }
}
