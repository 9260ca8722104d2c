using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>
/// Which snapshots have something that cannot be had: a tree that cannot be read, or content that no index has, or that
/// was found damaged, or is in a pack that is gone. Memory is the trees' ids and those of what lies beneath each.
/// </summary>
internal sealed class DamageSurvey(Repository repository, IndexCheck index, IReadOnlySet<Id> lost)
{
    private readonly HashSet<Id> seen = [];
    private readonly HashSet<Id> damaged = [];
    private readonly Dictionary<Id, List<Id>> parents = [];

    public async Task<IReadOnlySet<Id>> FindAsync(
        IReadOnlyCollection<Snapshot> snapshots,
        CancellationToken cancellationToken
    )
    {
        var trees = new TreeBlobs(repository, cancellationToken);
        var walk = new TreeWalk((tree, token) => TryLoadAsync(trees, tree, token), _ => { }, seen.Add, Visit);
        await walk.RunAsync(snapshots.Select(snapshot => snapshot.Tree), repository.Options.Workers, cancellationToken);
        Spread();
        return snapshots.Where(snapshot => damaged.Contains(snapshot.Tree)).Select(snapshot => snapshot.Id).ToHashSet();
    }

    /// <summary>A directory with a damaged one beneath it is damaged.</summary>
    private void Spread()
    {
        Stack<Id> waiting = new(damaged);
        while (waiting.TryPop(out Id tree))
        {
            foreach (Id parent in parents.GetValueOrDefault(tree) ?? [])
            {
                if (damaged.Add(parent))
                {
                    waiting.Push(parent);
                }
            }
        }
    }

    private async Task<IReadOnlyList<Node>?> TryLoadAsync(TreeBlobs trees, Id tree, CancellationToken cancellationToken)
    {
        try
        {
            if (index.Blobs.TryLocate(BlobKind.Tree, tree, out BlobLocation location, out uint packEnd))
            {
                using PooledBytes json =
                    await trees.TryLoadAsync(tree, location, packEnd)
                    ?? await repository.LoadBlobAtAsync(BlobKind.Tree, tree, location, cancellationToken);
                return TreeReader.Read(json.Span);
            }
        }
        catch (EngineError error) when (FindingLog.IsDamage(error)) { }
        lock (damaged)
        {
            damaged.Add(tree);
        }
        return null;
    }

    private void Visit(Id tree, IReadOnlyList<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            if (node is { Type: NodeType.Dir, Subtree: { IsZero: false } subtree })
            {
                Remember(subtree, tree);
            }
            else if (IsLost(node))
            {
                lock (damaged)
                {
                    damaged.Add(tree);
                }
            }
        }
    }

    private void Remember(Id subtree, Id parent)
    {
        if (!parents.TryGetValue(subtree, out List<Id>? known))
        {
            parents[subtree] = known = [];
        }
        known.Add(parent);
    }

    private bool IsLost(Node node) =>
        node switch
        {
            { Type: NodeType.Dir or NodeType.Unknown } or { Type: NodeType.File, Content: null } => true,
            { Content: { } content } => content.Any(IsLost),
            _ => false,
        };

    private bool IsLost(Id blob) =>
        !index.Blobs.TryLocate(BlobKind.Data, blob, out BlobLocation location)
        || lost.Contains(blob)
        || !index.Stored.ContainsKey(location.Pack);
}
