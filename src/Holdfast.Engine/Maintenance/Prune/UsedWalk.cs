using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>Visits what snapshots need: their trees, and the blobs that the trees name.</summary>
internal static class UsedWalk
{
    /// <param name="add">Told of each blob; of a tree, whether it is new to the walk. Called by one thread at a time.</param>
    /// <param name="visited">Called once a tree, by one thread at a time. What it throws ends the walk.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: a tree is missing or damaged.</exception>
    public static Task RunAsync(
        Repository repository,
        IEnumerable<Id> roots,
        Func<BlobHandle, bool> add,
        Action visited,
        CancellationToken cancellationToken
    )
    {
        var blobs = new TreeBlobs(repository, cancellationToken);
        var walk = new TreeWalk(
            async (tree, _) =>
            {
                using PooledBytes json = await blobs.LoadAsync(tree);
                return TreeReader.Read(json.Span);
            },
            blobs.Prefetch,
            tree => add(new BlobHandle(BlobKind.Tree, tree)),
            (_, nodes) =>
            {
                foreach (Id blob in nodes.SelectMany(node => node.Content ?? []))
                {
                    add(new BlobHandle(BlobKind.Data, blob));
                }
                visited();
            }
        );
        return walk.RunAsync(roots, repository.Options.Workers, cancellationToken);
    }

    public static EngineError Unlisted(IReadOnlyList<BlobHandle> missing) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            "Blobs that snapshots need are in no index, among them "
                + string.Join(", ", missing.Select(blob => blob.Id))
                + ". Nothing was removed.",
            "Run a check of the repository, and mend it before pruning."
        );
}
