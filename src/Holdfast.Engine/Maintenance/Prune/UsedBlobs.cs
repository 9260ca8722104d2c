using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>Which pack is to provide a blob, and the bytes that the blob takes there.</summary>
internal record struct BlobClaim(int Pack, long Cost)
{
    public const int Nobody = -1;
}

/// <summary>
/// The blobs that some snapshot needs, and for each the one pack whose copy counts. About 64 bytes a blob, the only part
/// of a prune that grows with the repository's blobs.
/// </summary>
internal sealed class UsedBlobs
{
    private readonly Dictionary<Id, BlobClaim> data = [];
    private readonly Dictionary<Id, BlobClaim> trees = [];

    /// <returns>False when the blob was added before.</returns>
    public bool Add(BlobHandle blob) => Of(blob.Kind).TryAdd(blob.Id, new BlobClaim(BlobClaim.Nobody, 0));

    /// <summary>The blob's claim, to read or change; a null reference when nobody needs the blob.</summary>
    public ref BlobClaim Claim(in BlobHandle blob) =>
        ref CollectionsMarshal.GetValueRefOrNullRef(Of(blob.Kind), blob.Id);

    public bool IsProvidedBy(in BlobHandle blob, int pack)
    {
        ref BlobClaim claim = ref Claim(blob);
        return !Unsafe.IsNullRef(ref claim) && claim.Pack == pack;
    }

    public IEnumerable<BlobHandle> Unclaimed() =>
        Unclaimed(trees, BlobKind.Tree).Concat(Unclaimed(data, BlobKind.Data));

    private static IEnumerable<BlobHandle> Unclaimed(Dictionary<Id, BlobClaim> blobs, BlobKind kind) =>
        blobs.Where(blob => blob.Value.Pack == BlobClaim.Nobody).Select(blob => new BlobHandle(kind, blob.Key));

    private Dictionary<Id, BlobClaim> Of(BlobKind kind) => kind == BlobKind.Tree ? trees : data;
}
