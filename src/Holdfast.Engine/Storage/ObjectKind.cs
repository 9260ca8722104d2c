namespace Holdfast.Engine.Storage;

/// <summary>The folders of a repository whose objects are named by a SHA-256.</summary>
internal enum ObjectKind
{
    Pack,
    Index,
    Snapshot,
    Lock,
    Key,
}

/// <summary>An object as listed. <paramref name="Modified"/> is the store's clock.</summary>
internal readonly record struct StoredObject(Id Id, long Size, DateTimeOffset Modified);
