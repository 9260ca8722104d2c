namespace Holdfast.Engine.Storage;

/// <summary>The folders of a repository whose objects are named by a SHA-256: of themselves, where nothing else is said.</summary>
internal enum ObjectKind
{
    Pack,
    Index,
    Snapshot,
    Lock,
    Key,

    /// <summary>Ours, which restic does not know: the names in a snapshot, called by the snapshot's id.</summary>
    Names,
}

/// <summary>An object as listed. <paramref name="Modified"/> is the store's clock.</summary>
internal readonly record struct StoredObject(Id Id, long Size, DateTimeOffset Modified);
