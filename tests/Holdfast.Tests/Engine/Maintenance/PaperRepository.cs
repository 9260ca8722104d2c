using Holdfast.Engine;
using Holdfast.Engine.Index;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Packs;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>A repository that exists only as lists: what its index says, what its store holds, what its snapshots need.</summary>
internal sealed class PaperRepository
{
    private const int FullPack = 16 << 20;

    private int nextId = 1;

    public List<PackContent> Packs { get; } = [];
    public Dictionary<Id, long> Stored { get; } = [];
    public HashSet<BlobHandle> Used { get; } = [];

    public static PaperRepository Random(int seed)
    {
        var random = new Random(seed);
        var repository = new PaperRepository();
        List<BlobHandle> earlier = [];
        int count = random.Next(5, 40);
        for (int i = 0; i < count; i++)
        {
            double needed = random.Next(4) switch
            {
                0 => 0,
                1 => 1,
                _ => random.NextDouble(),
            };
            bool mixed = random.Next(12) == 0;
            BlobKind kind = random.Next(4) == 0 ? BlobKind.Tree : BlobKind.Data;
            List<(BlobHandle, uint, uint)> blobs = [];
            for (long size = 0, full = random.Next(1 << 20, FullPack); size < full; )
            {
                bool duplicate = earlier.Count > 0 && random.Next(15) == 0;
                BlobHandle blob = duplicate
                    ? earlier[random.Next(earlier.Count)]
                    : new(mixed && random.Next(2) == 0 ? BlobKind.Tree : kind, repository.NewId());
                if (duplicate && blob.Kind != kind && !mixed)
                {
                    continue;
                }
                uint length = (uint)random.Next(1000, 2 << 20);
                blobs.Add((blob, length, random.Next(20) == 0 ? 0 : length * 2));
                size += length;
                earlier.Add(blob);
                if (random.NextDouble() < needed)
                {
                    repository.Used.Add(blob);
                }
            }
            repository.AddPack(blobs);
        }
        // One pack that must go, one that must stay, and a leftover, in every repository.
        repository.AddPack([(new(BlobKind.Data, repository.NewId()), 5 << 20, 0)]);
        BlobHandle kept = new(BlobKind.Data, repository.NewId());
        repository.Used.Add(kept);
        repository.AddPack([(kept, 5 << 20, 0)]);
        repository.Stored.Add(repository.NewId(), 12345);
        return repository;
    }

    /// <summary>So many packs of one used blob each, all of them small.</summary>
    public static PaperRepository Small(int count)
    {
        var repository = new PaperRepository();
        for (int i = 0; i < count; i++)
        {
            BlobHandle blob = new(BlobKind.Data, repository.NewId());
            repository.Used.Add(blob);
            repository.AddPack([(blob, 1000, 0)]);
        }
        return repository;
    }

    public (PrunePlan Plan, UsedBlobs Used) Plan(PruneOptions options)
    {
        var index = new BlobIndex();
        Packs.ForEach(index.Add);
        var used = new UsedBlobs(index);
        foreach (BlobHandle blob in Used)
        {
            used.Add(blob);
        }
        var tally = new PackUseTally(used);
        foreach (PackContent pack in Packs)
        {
            tally.Add(pack, 0);
        }
        return (PrunePlan.Make(tally.Finish(), Stored, options), used);
    }

    /// <summary>The repository as it is when the plan was carried out.</summary>
    public PaperRepository After(PrunePlan plan)
    {
        var after = new PaperRepository { nextId = nextId };
        after.Used.UnionWith(Used);
        HashSet<Id> keep = [.. plan.Keep.Select(pack => pack.Pack)];
        HashSet<Id> repack = [.. plan.Repack.Select(pack => pack.Pack)];
        foreach (PackContent pack in Packs.Where(pack => keep.Contains(pack.Pack)))
        {
            after.Packs.Add(pack);
            after.Stored.Add(pack.Pack, PackHeader.PackLength(pack.Blobs));
        }
        HashSet<BlobHandle> there = [.. after.Packs.SelectMany(pack => pack.Blobs).Select(HandleOf)];
        foreach (BlobKind kind in Enum.GetValues<BlobKind>())
        {
            List<(BlobHandle, uint, uint)> open = [];
            IEnumerable<PackEntry> moving = Packs
                .Where(pack => repack.Contains(pack.Pack))
                .SelectMany(pack => pack.Blobs)
                .Where(blob => blob.Kind == kind && Used.Contains(HandleOf(blob)) && there.Add(HandleOf(blob)));
            foreach (PackEntry blob in moving)
            {
                uint length = blob.Length;
                open.Add((HandleOf(blob), length, kind == BlobKind.Tree ? length : blob.UncompressedLength));
                if (open.Sum(b => (long)b.Item2) >= FullPack)
                {
                    after.AddPack(open);
                    open = [];
                }
            }
            if (open.Count > 0)
            {
                after.AddPack(open);
            }
        }
        return after;
    }

    public static BlobHandle HandleOf(PackEntry blob) => new(blob.Kind, blob.Id);

    private void AddPack(IReadOnlyList<(BlobHandle Blob, uint Length, uint Uncompressed)> blobs)
    {
        Id id = NewId();
        List<PackEntry> indexed = [];
        uint offset = 0;
        foreach ((BlobHandle blob, uint length, uint uncompressed) in blobs)
        {
            indexed.Add(new(blob.Kind, blob.Id, offset, length, uncompressed));
            offset += length;
        }
        var pack = new PackContent(id, indexed);
        Packs.Add(pack);
        Stored.Add(id, PackHeader.PackLength(indexed));
    }

    private Id NewId()
    {
        byte[] bytes = new byte[Id.Size];
        BitConverter.TryWriteBytes(bytes, nextId++);
        return new Id(bytes);
    }
}
