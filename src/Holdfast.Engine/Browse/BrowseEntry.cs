using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Browse;

/// <summary>An entry of a backup.</summary>
/// <param name="Path">Raw bytes from the snapshot's root on: a slash before each name, none at the end.</param>
public readonly record struct BrowseEntry(byte[] Path, Node Node);
