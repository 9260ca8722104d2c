namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>What a prune did, and what it had no time for and leaves to the next.</summary>
/// <param name="PacksRepacked">Packs whose used blobs lie in new packs now.</param>
/// <param name="PacksRemoved">Packs that are gone, rewritten ones among them.</param>
/// <param name="BytesWritten">Stored bytes of blobs moved to new packs.</param>
/// <param name="BytesFreed">Bytes of packs removed.</param>
/// <param name="PacksLeft">Packs that were to be rewritten or removed, and still are.</param>
/// <param name="BytesLeft">Bytes that the store will get back from them.</param>
public sealed record PruneReport(
    int PacksRepacked,
    int PacksRemoved,
    long BytesWritten,
    long BytesFreed,
    int PacksLeft,
    long BytesLeft
)
{
    /// <summary>Its time was up before the whole plan was carried out.</summary>
    public bool StoppedEarly => PacksLeft > 0;
}
