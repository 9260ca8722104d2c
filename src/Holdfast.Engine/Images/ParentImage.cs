using Holdfast.Engine.Chunking;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Images;

/// <summary>A blob of the parent snapshot's image.</summary>
/// <param name="Place">Which of its blobs.</param>
/// <param name="Start">Its first byte in the image.</param>
internal readonly record struct ParentBlob(int Place, Id Id, long Start, int Length)
{
    public long End => Start + Length;
}

/// <summary>
/// The parent snapshot's image as a row of blobs, and which of them a backup may take over that comes to where they
/// begin. A blob that the index has no more ends what is known of the image: how long it was, and so where the blobs
/// behind it lie, nobody says. For one thread; offsets that are asked for ascend.
/// </summary>
/// <param name="size">Bytes of the image as it is now.</param>
internal sealed class ParentImage(Repository repository, IReadOnlyList<Id> blobs, long size)
{
    private ParentBlob current;
    private bool isKnown = true;

    /// <summary>Where the blob that holds this byte ends; <see cref="long.MaxValue"/> when that is not known.</summary>
    public long EndOfBlobAt(long offset) => MoveTo(offset) ? current.End : long.MaxValue;

    /// <summary>
    /// The blob that begins here. If its bytes are still in the image, it is what a full backup would cut here too: the
    /// place of a cut depends on nothing but the bytes from the cut before up to it.
    /// </summary>
    public bool TryFind(long offset, out ParentBlob blob)
    {
        bool found = MoveTo(offset) && current.Start == offset && !EndsByChance();
        blob = found ? current : default;
        return found;
    }

    /// <summary>
    /// Whether the blob ends only because the parent's image did, and this one goes on; or reaches beyond this one's end.
    /// </summary>
    private bool EndsByChance() =>
        current.End > size
        || (current.Place == blobs.Count - 1 && current.End != size && current.Length != Chunker.MaxSize);

    private bool MoveTo(long offset)
    {
        if (current.Length == 0)
        {
            isKnown = Load(0, 0);
        }
        while (isKnown && current.End <= offset)
        {
            isKnown = Load(current.Place + 1, current.End);
        }
        return isKnown;
    }

    private bool Load(int place, long start)
    {
        if (place == blobs.Count || !repository.TryLocate(BlobKind.Data, blobs[place], out BlobLocation location))
        {
            return false;
        }
        current = new ParentBlob(place, blobs[place], start, (int)location.PlaintextLength);
        return current.Length is > 0 and <= Chunker.MaxSize;
    }
}
