using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance;

/// <summary>One line of an index: a blob and where it lies.</summary>
public readonly record struct IndexedBlob(BlobHandle Handle, BlobLocation Location);
