namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>Which of the needed packs are worth rewriting.</summary>
internal static class RepackChoice
{
    /// <summary>Fewer small packs than this are left alone: merging them saves no request worth the writing.</summary>
    private const int SmallPacksWorthMerging = 10;

    /// <summary>The smallest pack size that may be configured, so no pack above 0.8 of it counts as small for its size alone.</summary>
    private const long LeastPackSize = 4 * 1024 * 1024;

    /// <returns>The packs in the order in which rewriting them is worth most.</returns>
    public static IReadOnlyList<PackUse> Of(IReadOnlyCollection<PackUse> needed, PruneOptions options)
    {
        List<PackUse> choice = [];
        HashSet<Id> chosen = [];
        long allowed = options.MaxUnused.Allowed(needed.Sum(pack => pack.UsedBytes));
        long unused = needed.Sum(pack => pack.UnusedBytes);
        long budget = options.MaxRepackBytes;

        // 1. Trees are read by every verb, so no tree pack carries dead weight; a plain tree must become a compressed one.
        foreach (PackUse pack in needed.Where(pack => !pack.OnlyData && pack.UnusedBlobs > 0 || pack.HasPlainTree))
        {
            Take(pack);
        }
        // 2. Data packs, those first that give back most for what must be copied.
        foreach (PackUse pack in needed.Where(IsPartlyUsedData).OrderByDescending(Worth).ThenBy(pack => pack.Pack))
        {
            if (unused <= allowed)
            {
                break;
            }
            Take(pack);
        }
        // 3. Many small packs become a few.
        foreach (PackUse pack in Small(needed))
        {
            Take(pack);
        }
        return choice;

        void Take(PackUse pack)
        {
            if (pack.Size <= budget && chosen.Add(pack.Pack))
            {
                choice.Add(pack);
                budget -= pack.Size;
                unused -= pack.UnusedBytes;
            }
        }
    }

    private static bool IsPartlyUsedData(PackUse pack) => pack.OnlyData && pack.UnusedBlobs > 0;

    private static double Worth(PackUse pack) => (double)pack.UnusedBytes / pack.UsedBytes;

    private static List<PackUse> Small(IReadOnlyCollection<PackUse> needed)
    {
        if (needed.Count < SmallPacksWorthMerging)
        {
            return [];
        }
        long thirdPercentile = needed.Select(pack => pack.Size).Order().ElementAt(needed.Count * 3 / 100);
        double limit = 0.8 * long.Max(LeastPackSize, thirdPercentile);
        List<PackUse> small =
        [
            .. needed.Where(pack => pack.UnusedBlobs == 0 && !pack.HasPlainTree && pack.Size < limit),
        ];
        return small.Count >= SmallPacksWorthMerging ? small : [];
    }
}
