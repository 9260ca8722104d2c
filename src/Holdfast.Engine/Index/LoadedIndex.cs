namespace Holdfast.Engine.Index;

/// <summary>
/// A repository's index as far as it is loaded, and of which index objects. It may be that of several open
/// <see cref="Repository"/> objects of one place at once, each under its own lock: what one of them loads or publishes,
/// all of them have.
/// </summary>
internal sealed class LoadedIndex
{
    private volatile BlobIndex blobs = new();

    /// <summary>Taken by whoever changes anything here; blobs are found without it.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public HashSet<Id> Objects { get; } = [];

    /// <summary>
    /// While objects are added, and for good when that failed: blobs may be of objects that are not among
    /// <see cref="Objects"/>, so the next who loads begins anew.
    /// </summary>
    public bool IsTorn { get; set; }

    public BlobIndex Blobs
    {
        get => blobs;
        set => blobs = value;
    }
}
