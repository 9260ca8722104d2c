using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Stats;

/// <summary>Adds up what some snapshots hold and what that costs.</summary>
public static class StatsRun
{
    /// <param name="repository">Its index is loaded; the caller holds a lock.</param>
    /// <param name="snapshots">Those to count.</param>
    /// <param name="progress">Told of the trees read.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public static async Task<RepositoryStatistics> RunAsync(
        Repository repository,
        IReadOnlyCollection<Snapshot> snapshots,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var sizes = new TreeSizes();
        var blobs = new BlobTotals(repository);
        var trees = new TreeBlobs(repository, cancellationToken);
        int read = 0;
        var walk = new TreeWalk(
            async (tree, _) =>
            {
                using PooledBytes json = await trees.LoadAsync(tree);
                return TreeReader.Read(json.Span);
            },
            trees.Prefetch,
            tree => blobs.Add(BlobKind.Tree, tree),
            (tree, nodes) =>
            {
                sizes.Add(tree, nodes);
                foreach (Id blob in nodes.SelectMany(node => node.Content ?? []))
                {
                    blobs.Add(BlobKind.Data, blob);
                }
                progress?.Report(new("reading trees", MaintenanceUnit.Objects, ++read, 0));
            }
        );
        await walk.RunAsync(snapshots.Select(s => s.Tree), repository.Options.Workers, cancellationToken);
        List<(long Entries, long Bytes)> each = [.. snapshots.Select(snapshot => sizes.Of(snapshot.Tree))];
        return new RepositoryStatistics(
            snapshots.Count,
            each.Sum(size => size.Entries),
            each.Sum(size => size.Bytes),
            blobs.Count,
            blobs.StoredBytes,
            blobs.UncompressedBytes
        );
    }

    private sealed class BlobTotals(Repository repository)
    {
        private readonly HashSet<BlobHandle> seen = [];

        public int Count => seen.Count;

        public long StoredBytes { get; private set; }

        public long UncompressedBytes { get; private set; }

        public bool Add(BlobKind kind, Id id)
        {
            if (!seen.Add(new BlobHandle(kind, id)))
            {
                return false;
            }
            if (!repository.TryLocate(kind, id, out BlobLocation location))
            {
                throw new EngineError(
                    EngineErrorKind.Damaged,
                    temporary: false,
                    $"No index lists blob {id}, which a snapshot needs.",
                    "Run a check of the repository."
                );
            }
            StoredBytes += location.Length;
            UncompressedBytes += location.PlaintextLength;
            return true;
        }
    }
}
