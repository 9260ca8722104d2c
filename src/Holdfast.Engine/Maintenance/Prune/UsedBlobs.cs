using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>Which pack is to provide a blob, and the bytes that the blob takes there.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal record struct BlobClaim(int Pack, long Cost)
{
    /// <summary>No snapshot needs the blob. Packs are numbered from one.</summary>
    public const int Unneeded = 0;

    /// <summary>A snapshot needs it, and no pack has been met that has it.</summary>
    public const int Nobody = -1;
}

/// <summary>
/// The blobs that some snapshot needs, and for each the one pack whose copy counts: 12 bytes for each blob of the index,
/// needed or not, beside the index's own.
/// </summary>
/// <param name="index">All of the repository's; what is added to it later counts after <see cref="Grow"/>.</param>
internal sealed class UsedBlobs(BlobIndex index)
{
    private BlobClaim[] data = new BlobClaim[index.CountOf(BlobKind.Data)];
    private BlobClaim[] trees = new BlobClaim[index.CountOf(BlobKind.Tree)];

    /// <summary>What a snapshot needs and the index does not have: with luck nothing.</summary>
    private readonly HashSet<BlobHandle> unknown = [];

    public BlobIndex Index => index;

    /// <summary>Takes in what was added to the index since.</summary>
    public void Grow()
    {
        Array.Resize(ref data, index.CountOf(BlobKind.Data));
        Array.Resize(ref trees, index.CountOf(BlobKind.Tree));
    }

    /// <returns>False when the blob was added before.</returns>
    public bool Add(BlobHandle blob)
    {
        ref BlobClaim claim = ref Place(blob);
        if (Unsafe.IsNullRef(ref claim))
        {
            return unknown.Add(blob);
        }
        bool isNew = claim.Pack == BlobClaim.Unneeded;
        claim = isNew ? new BlobClaim(BlobClaim.Nobody, 0) : claim;
        return isNew;
    }

    /// <summary>The blob's claim, to read or change; a null reference when nobody needs the blob.</summary>
    public ref BlobClaim Claim(in BlobHandle blob)
    {
        ref BlobClaim claim = ref Place(blob);
        return ref Unsafe.IsNullRef(ref claim) || claim.Pack == BlobClaim.Unneeded
            ? ref Unsafe.NullRef<BlobClaim>()
            : ref claim;
    }

    public bool IsProvidedBy(in BlobHandle blob, int pack)
    {
        ref BlobClaim claim = ref Place(blob);
        return !Unsafe.IsNullRef(ref claim) && claim.Pack == pack;
    }

    public IEnumerable<BlobHandle> Unclaimed() =>
        unknown.Concat(Unclaimed(trees, BlobKind.Tree)).Concat(Unclaimed(data, BlobKind.Data));

    private IEnumerable<BlobHandle> Unclaimed(BlobClaim[] claims, BlobKind kind)
    {
        for (int number = 0; number < claims.Length; number++)
        {
            if (claims[number].Pack == BlobClaim.Nobody)
            {
                yield return new BlobHandle(kind, index.IdOf(kind, number));
            }
        }
    }

    private ref BlobClaim Place(in BlobHandle blob)
    {
        BlobClaim[] claims = blob.Kind == BlobKind.Tree ? trees : data;
        int number = index.NumberOf(blob.Kind, blob.Id);
        return ref number < 0 || number >= claims.Length ? ref Unsafe.NullRef<BlobClaim>() : ref claims[number];
    }
}
