using System.Runtime.CompilerServices;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Adds up, pack by pack, what the index lists against what is used. A blob that lies in several packs is claimed for
/// the one that carries the least dead weight, so that packs written by an interrupted prune win over those they replace.
/// </summary>
internal sealed class PackUseTally(UsedBlobs used)
{
    private readonly Dictionary<Id, int> ordinals = [];
    private readonly List<Draft> packs = [];
    private readonly Dictionary<BlobHandle, List<BlobClaim>> copies = [];

    /// <summary>Takes in one pack as one index object lists it.</summary>
    /// <param name="index">The index object's number.</param>
    /// <returns>False when the pack was taken in before, and is passed over.</returns>
    public bool Add(PackContent pack, int index)
    {
        if (!ordinals.TryAdd(pack.Pack, packs.Count + 1))
        {
            return false;
        }
        var draft = new Draft(packs.Count + 1, pack.Pack, index);
        packs.Add(draft);
        foreach (PackEntry blob in pack.Blobs)
        {
            Add(draft, blob);
        }
        return true;
    }

    /// <summary>Settles which copy of each blob counts. Called once, after the last pack.</summary>
    public IReadOnlyList<PackUse> Finish()
    {
        foreach ((BlobHandle blob, List<BlobClaim> holders) in copies)
        {
            BlobClaim best = holders.MinBy(holder => (At(holder.Pack).DeadBytes, holder.Pack));
            used.Claim(blob) = best;
            At(best.Pack).Keep(best.Cost);
            bool kept = false;
            foreach (BlobClaim holder in holders)
            {
                if (!kept && holder == best)
                {
                    kept = true;
                    continue;
                }
                At(holder.Pack).DropCopy(holder.Cost);
            }
        }
        copies.Clear();
        return [.. packs.Select(draft => draft.Use)];
    }

    /// <summary>The number under which a pack claims blobs in <see cref="UsedBlobs"/>.</summary>
    public int OrdinalOf(Id pack) => ordinals[pack];

    /// <summary>The number of the index object whose word on the pack counts: the first that listed it.</summary>
    public int IndexOf(Id pack) => At(ordinals[pack]).Index;

    private Draft At(int ordinal) => packs[ordinal - 1];

    private void Add(Draft draft, in PackEntry entry)
    {
        draft.See(entry);
        long cost = PackHeader.Cost(entry);
        var blob = new BlobHandle(entry.Kind, entry.Id);
        ref BlobClaim claim = ref used.Claim(blob);
        if (Unsafe.IsNullRef(ref claim))
        {
            draft.DropDead(cost);
        }
        else if (claim.Pack == BlobClaim.Nobody)
        {
            claim = new(draft.Ordinal, cost);
            draft.Keep(cost);
        }
        else
        {
            HoldersOf(blob, claim).Add(new(draft.Ordinal, cost));
        }
    }

    // The first claim of a blob that turns out to have copies is taken back until all its holders are known.
    private List<BlobClaim> HoldersOf(BlobHandle blob, BlobClaim first)
    {
        if (!copies.TryGetValue(blob, out List<BlobClaim>? holders))
        {
            At(first.Pack).TakeBack(first.Cost);
            copies.Add(blob, holders = [first]);
        }
        return holders;
    }

    private sealed class Draft(int ordinal, Id pack, int index)
    {
        private bool hasData;
        private bool hasTrees;
        private bool hasPlainTree;
        private int usedBlobs;
        private int unusedBlobs;
        private long usedBytes;
        private long duplicateBytes;

        public int Ordinal => ordinal;

        public int Index => index;

        /// <summary>Bytes that nobody needs from any pack.</summary>
        public long DeadBytes { get; private set; }

        public PackUse Use =>
            new(pack)
            {
                HasData = hasData,
                HasTrees = hasTrees,
                HasPlainTree = hasPlainTree,
                UsedBlobs = usedBlobs,
                UnusedBlobs = unusedBlobs,
                UsedBytes = usedBytes,
                UnusedBytes = DeadBytes + duplicateBytes,
                DuplicateBytes = duplicateBytes,
            };

        public void See(in PackEntry blob)
        {
            hasData |= blob.Kind == BlobKind.Data;
            hasTrees |= blob.Kind == BlobKind.Tree;
            hasPlainTree |= blob is { Kind: BlobKind.Tree, IsCompressed: false };
        }

        public void Keep(long cost)
        {
            usedBlobs++;
            usedBytes += cost;
        }

        public void TakeBack(long cost)
        {
            usedBlobs--;
            usedBytes -= cost;
        }

        public void DropDead(long cost)
        {
            unusedBlobs++;
            DeadBytes += cost;
        }

        public void DropCopy(long cost)
        {
            unusedBlobs++;
            duplicateBytes += cost;
        }
    }
}
