namespace Holdfast.Engine.Packs;

/// <summary>Some of a pack's blobs, close enough to each other to be read with one request.</summary>
/// <param name="Blobs">In the order of their offsets.</param>
internal sealed record PackStretch(Id Pack, IReadOnlyList<PackEntry> Blobs)
{
    /// <summary>Unneeded bytes between two blobs up to here are read along: cheaper than a second request.</summary>
    private const int GapMax = 128 * 1024;

    /// <summary>A longer stretch is cut between blobs, so that memory stays bounded.</summary>
    private const int LengthMax = 4 * 1024 * 1024;

    public uint Offset => Blobs[0].Offset;

    public int Length => checked((int)(Blobs.Max(blob => EndOf(blob)) - Offset));

    /// <summary>Cuts a pack's wanted blobs into stretches.</summary>
    /// <param name="wanted">In any order; each lies apart from the others.</param>
    public static IEnumerable<PackStretch> Cut(Id pack, IEnumerable<PackEntry> wanted)
    {
        List<PackEntry> open = [];
        foreach (PackEntry blob in wanted.OrderBy(blob => blob.Offset))
        {
            bool joins =
                open.Count == 0
                || (blob.Offset <= EndOf(open[^1]) + GapMax && EndOf(blob) - open[0].Offset <= LengthMax);
            if (!joins)
            {
                yield return new PackStretch(pack, open);
                open = [];
            }
            open.Add(blob);
        }
        if (open.Count > 0)
        {
            yield return new PackStretch(pack, open);
        }
    }

    private static long EndOf(in PackEntry blob) => (long)blob.Offset + blob.Length;
}
