namespace Holdfast.Engine.Maintenance.Stats;

/// <summary>How much some snapshots are, restored and as stored.</summary>
/// <param name="Entries">Files, directories and all else, of each snapshot anew.</param>
/// <param name="RestoreBytes">What restoring each snapshot to a place of its own would write. A file's further hard links count nothing.</param>
/// <param name="Blobs">Blobs that the snapshots need, each once.</param>
/// <param name="StoredBytes">Those blobs as they lie in packs: compressed and sealed.</param>
/// <param name="UncompressedBytes">Those blobs' plaintext.</param>
public sealed record RepositoryStatistics(
    int Snapshots,
    long Entries,
    long RestoreBytes,
    long Blobs,
    long StoredBytes,
    long UncompressedBytes
)
{
    /// <summary>Plaintext per stored byte; 1 when nothing is stored.</summary>
    public double CompressionRatio => Ratio(UncompressedBytes, StoredBytes);

    /// <summary>Bytes restored per byte of plaintext; 1 when nothing is stored.</summary>
    public double DeduplicationRatio => Ratio(RestoreBytes, UncompressedBytes);

    private static double Ratio(long whole, long part) => part == 0 ? 1 : (double)whole / part;
}
