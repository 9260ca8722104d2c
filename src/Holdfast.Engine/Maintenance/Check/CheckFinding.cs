namespace Holdfast.Engine.Maintenance.Check;

public enum FindingSeverity
{
    /// <summary>Nothing is wrong with any snapshot; a prune tidies it up.</summary>
    Hint,

    /// <summary>Some snapshot cannot be restored whole, or will not be after the next mishap.</summary>
    Error,
}

/// <summary>What a check can find. Names are stable: programs read them.</summary>
public enum FindingKind
{
    /// <summary>A pack that no index mentions.</summary>
    OrphanPack,

    /// <summary>Two index objects list the same pack alike.</summary>
    DuplicatePack,

    /// <summary>A pack with data and trees in it, as very old versions of restic wrote them.</summary>
    MixedPack,

    /// <summary>The config cannot be read; nothing of the repository can be opened with it.</summary>
    DamagedConfig,

    /// <summary>A key file cannot be read or is not what its name says.</summary>
    DamagedKey,

    /// <summary>An index object cannot be read or is not what its name says.</summary>
    DamagedIndex,

    /// <summary>Two index objects contradict each other about one pack.</summary>
    ConflictingPack,

    /// <summary>An index lists a pack's blobs with gaps or overlaps.</summary>
    PackLayout,

    /// <summary>The index lists the pack; the store lacks it.</summary>
    MissingPack,

    /// <summary>The pack is shorter or longer than its blobs.</summary>
    PackSize,

    /// <summary>The pack's bytes, header or blobs are not what name and index say.</summary>
    DamagedPack,

    /// <summary>A snapshot object cannot be read or is not what its name says.</summary>
    DamagedSnapshot,

    /// <summary>A tree is missing or cannot be read; all beneath it is lost to the snapshots that use it.</summary>
    DamagedTree,

    /// <summary>An entry of a tree makes no sense: no content for a file, no tree for a directory, an unknown type.</summary>
    DamagedNode,

    /// <summary>A file's content names a blob that no index has.</summary>
    MissingBlob,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Object">Name of the object in the store, as in <c>data/ab/ab12…</c>; or of the blob, as in <c>tree 12ab…</c>.</param>
/// <param name="Message">What is wrong, as a sentence that begins with the object.</param>
public sealed record CheckFinding(FindingKind Kind, string Object, string Message)
{
    public FindingSeverity Severity => Kind <= FindingKind.MixedPack ? FindingSeverity.Hint : FindingSeverity.Error;
}
