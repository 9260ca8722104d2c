namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>A pack in the store that no index mentions: left by a run that died, or by a prune that could not finish.</summary>
public readonly record struct UnreferencedPack(Id Pack, long Size);

/// <summary>
/// What a prune will do, decided by a pure function: printed or dry-run by whoever asked, then carried out by
/// <see cref="PruneRun"/>.
/// </summary>
public sealed record PrunePlan
{
    /// <summary>Packs whose used blobs move to new packs, in the order in which that is worth most.</summary>
    public required IReadOnlyList<PackUse> Repack { get; init; }

    /// <summary>Packs without a used blob.</summary>
    public required IReadOnlyList<PackUse> Remove { get; init; }

    public required IReadOnlyList<UnreferencedPack> Unreferenced { get; init; }

    /// <summary>Packs that the index mentions, the store lacks, and nobody needs.</summary>
    public required IReadOnlyList<Id> Vanished { get; init; }

    public required IReadOnlyList<PackUse> Keep { get; init; }

    public bool IsEmpty => Repack.Count + Remove.Count + Unreferenced.Count + Vanished.Count == 0;

    public long UsedBytes => Repack.Sum(pack => pack.UsedBytes) + Keep.Sum(pack => pack.UsedBytes);

    /// <summary>Unused bytes that stay, once the whole plan is carried out.</summary>
    public long UnusedBytesAfter => Keep.Sum(pack => pack.UnusedBytes);

    public long RepackBytes => Repack.Sum(pack => pack.Size);

    /// <summary>Bytes that the store gets back, once the whole plan is carried out.</summary>
    public long FreedBytes =>
        Repack.Sum(pack => pack.UnusedBytes) + Remove.Sum(pack => pack.Size) + Unreferenced.Sum(pack => pack.Size);

    /// <param name="packs">Every pack of the index, once.</param>
    /// <param name="stored">Every pack object of the store with its length.</param>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Damaged"/>: a pack with used blobs is missing or has the wrong length. Nothing may be
    /// removed from such a repository.
    /// </exception>
    public static PrunePlan Make(
        IReadOnlyCollection<PackUse> packs,
        IReadOnlyDictionary<Id, long> stored,
        PruneOptions options
    )
    {
        RequireWhole(packs, stored);
        var indexed = packs.Select(pack => pack.Pack).ToHashSet();
        ILookup<bool, PackUse> present = packs.ToLookup(pack => stored.ContainsKey(pack.Pack));
        List<PackUse> needed = [.. present[true].Where(pack => pack.UsedBlobs > 0)];
        IReadOnlyList<PackUse> repack = RepackChoice.Of(needed, options);
        var moving = repack.Select(pack => pack.Pack).ToHashSet();
        return new PrunePlan
        {
            Repack = repack,
            Remove = [.. present[true].Where(pack => pack.UsedBlobs == 0)],
            Unreferenced =
            [
                .. stored
                    .Where(pack => !indexed.Contains(pack.Key))
                    .Select(pack => new UnreferencedPack(pack.Key, pack.Value)),
            ],
            Vanished = [.. present[false].Select(pack => pack.Pack)],
            Keep = [.. needed.Where(pack => !moving.Contains(pack.Pack))],
        };
    }

    /// <summary>The plan without packs that turned out to be needed or listed since it was made: they stay.</summary>
    /// <param name="stored">As when it was made.</param>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Damaged"/>: one of them is missing or has the wrong length.
    /// </exception>
    public PrunePlan Sparing(IReadOnlySet<Id> packs, IReadOnlyDictionary<Id, long> stored)
    {
        List<PackUse> spared = [.. Repack.Concat(Remove).Where(pack => packs.Contains(pack.Pack))];
        foreach (PackUse pack in spared)
        {
            RequireLength(pack, stored[pack.Pack]);
        }
        foreach (Id pack in Vanished.Where(packs.Contains))
        {
            throw Damaged($"pack {pack} is missing, and a snapshot that was added lately needs it");
        }
        return this with
        {
            Repack = [.. Repack.Where(pack => !packs.Contains(pack.Pack))],
            Remove = [.. Remove.Where(pack => !packs.Contains(pack.Pack))],
            Unreferenced = [.. Unreferenced.Where(pack => !packs.Contains(pack.Pack))],
            Keep = [.. Keep, .. spared],
        };
    }

    private static void RequireWhole(IReadOnlyCollection<PackUse> packs, IReadOnlyDictionary<Id, long> stored)
    {
        foreach (PackUse pack in packs.Where(pack => pack.UsedBlobs > 0))
        {
            if (!stored.TryGetValue(pack.Pack, out long size))
            {
                throw Damaged($"pack {pack.Pack} is missing, and {pack.UsedBlobs} of its blobs are needed");
            }
            RequireLength(pack, size);
        }
    }

    private static void RequireLength(PackUse pack, long stored)
    {
        if (stored != pack.Size)
        {
            throw Damaged($"pack {pack.Pack} has {stored} bytes instead of {pack.Size}");
        }
    }

    private static EngineError Damaged(string what) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"The repository is damaged: {what}. Nothing was removed.",
            "Run a check of the repository with its data, and mend it before pruning."
        );
}
