namespace Holdfast.Engine.Chunking;

/// <summary>
/// Looks for the first place where the 64 bytes before it have a fingerprint that ends a chunk. Where a chunk began
/// does not matter, so a scan may start anywhere. Implementations differ in nothing but speed; safe for many threads.
/// </summary>
internal abstract class CutScan
{
    public const int None = -1;

    /// <summary>The fastest that this processor can run.</summary>
    public static CutScan Create(RabinTables tables) =>
        SlicedScan.IsSupported ? new SlicedScan(tables) : new InterleavedScan(tables);

    /// <summary>
    /// The smallest length, from <paramref name="first"/> to <paramref name="last"/>, at which <paramref name="data"/>
    /// can be cut; or <see cref="None"/>.
    /// </summary>
    /// <param name="first">Above 64.</param>
    /// <param name="last">At most the length of the data.</param>
    public abstract int Find(ReadOnlySpan<byte> data, int first, int last);
}
