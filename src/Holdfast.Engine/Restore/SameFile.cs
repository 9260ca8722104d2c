using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Nodes are one file's names when their inode and what it holds are the same. The inode alone does not say it: in a
/// tree that lived while it was backed up, a file may have got the inode of another that was removed.
/// </summary>
internal sealed class SameFile : IEqualityComparer<Node>
{
    public static readonly SameFile Comparer = new();

    public bool Equals(Node? x, Node? y) =>
        x is not null
        && y is not null
        && x.DeviceId == y.DeviceId
        && x.Inode == y.Inode
        && x.Type == y.Type
        && x.Device == y.Device
        && x.LinkTarget.AsSpan().SequenceEqual(y.LinkTarget)
        && (x.Content ?? []).SequenceEqual(y.Content ?? []);

    public int GetHashCode(Node obj)
    {
        var hash = new HashCode();
        hash.Add(obj.DeviceId);
        hash.Add(obj.Inode);
        hash.Add(obj.Type);
        hash.Add(obj.Device);
        hash.AddBytes(obj.LinkTarget);
        foreach (Id id in obj.Content ?? [])
        {
            hash.Add(id);
        }
        return hash.ToHashCode();
    }
}
