using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>Takes from a node what would give its owner power over the machine, and counts what it took.</summary>
internal static class PrivilegeFilter
{
    /// <returns>The node, a lesser copy of it, or null when nothing of it may be restored.</returns>
    public static Node? Apply(Node node, RestoreTally tally)
    {
        if (node.Type is NodeType.Dev or NodeType.CharDev)
        {
            tally.AddDropped(devices: 1);
            return null;
        }
        uint mode = node.Mode & ~(GoFileMode.SetUid | GoFileMode.SetGid);
        int privileged = node.ExtendedAttributes.Count(attribute => IsPrivileged(attribute.Name));
        if (mode == node.Mode && privileged == 0)
        {
            return node;
        }
        tally.AddDropped(setIds: mode == node.Mode ? 0 : 1, attributes: privileged);
        return node with
        {
            Mode = mode,
            ExtendedAttributes = [.. node.ExtendedAttributes.Where(attribute => !IsPrivileged(attribute.Name))],
        };
    }

    private static bool IsPrivileged(ReadOnlySpan<byte> name) =>
        name.StartsWith("security."u8) || name.StartsWith("trusted."u8);
}
