using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>An entry's extended attributes, as its node gets them.</summary>
/// <param name="IsWhole">False when they are not those that the entry has; the problem is in the log.</param>
internal readonly record struct EntryAttributes(IReadOnlyList<ExtendedAttribute> List, bool IsWhole)
{
    public static readonly EntryAttributes None = new([], IsWhole: true);

    /// <summary>Whether a node has these very ones.</summary>
    public bool AreThoseOf(Node node)
    {
        IReadOnlyList<ExtendedAttribute> others = node.ExtendedAttributes;
        return List.Count == others.Count
            && List.Zip(others)
                .All(pair =>
                    pair.First.Name.AsSpan().SequenceEqual(pair.Second.Name)
                    && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value)
                );
    }
}
