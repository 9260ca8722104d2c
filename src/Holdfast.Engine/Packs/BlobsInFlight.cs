using Holdfast.Engine.Index;

namespace Holdfast.Engine.Packs;

/// <summary>
/// The blobs that a writer has taken on and that no index object lists yet. They are this writer's alone: another writer
/// must not count on them, for this one may still fail.
/// </summary>
/// <param name="repository">Blobs of its index are not claimed; null claims, and stores, them too, each once.</param>
/// <param name="used">Their packs are marked here.</param>
internal sealed class BlobsInFlight(Repository? repository, UsedPacks used)
{
    /// <summary>By an id's first byte, each locked by itself: no table is large, nor waited for by all.</summary>
    private readonly HashSet<BlobHandle>[] claimed =
    [
        .. Enumerable.Range(0, 256).Select(_ => new HashSet<BlobHandle>()),
    ];

    /// <returns>True for one caller, who must store the blob.</returns>
    internal bool TryClaim(BlobHandle blob)
    {
        // Most blobs of a second backup end here, without the lock.
        if (IsListed(blob))
        {
            return false;
        }
        HashSet<BlobHandle> its = ClaimedLike(blob.Id);
        lock (its)
        {
            // Asked again: an index that was published since then may have taken the blob out of here.
            return !IsListed(blob) && its.Add(blob);
        }
    }

    /// <summary>Forgets the blobs of packs that the repository's index lists by now.</summary>
    internal void Release(IEnumerable<PackContent> packs)
    {
        if (repository is null)
        {
            return;
        }
        foreach (PackContent pack in packs)
        {
            foreach (PackEntry blob in pack.Blobs)
            {
                HashSet<BlobHandle> its = ClaimedLike(blob.Id);
                lock (its)
                {
                    _ = its.Remove(new BlobHandle(blob.Kind, blob.Id));
                }
            }
        }
    }

    private HashSet<BlobHandle> ClaimedLike(in Id id) => claimed[id.Bytes[0]];

    private bool IsListed(BlobHandle blob) => repository is not null && repository.Contains(blob.Kind, blob.Id, used);
}
