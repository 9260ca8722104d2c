using System.Text;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>Walks every snapshot's tree and looks whether each node makes sense and each blob is there.</summary>
internal sealed class TreeCheck(
    Repository repository,
    IndexCheck index,
    FindingLog findings,
    IProgress<MaintenanceProgress>? progress
)
{
    private readonly HashSet<Id> seen = [];

    /// <summary>A missing blob is told of once, however many files have it.</summary>
    private readonly HashSet<Id> missing = [];

    public int Trees => seen.Count;

    public Task RunAsync(IEnumerable<Id> roots, CancellationToken cancellationToken)
    {
        var trees = new TreeBlobs(repository, cancellationToken);
        var walk = new TreeWalk(
            (tree, token) => TryLoadAsync(trees, tree, token),
            tree => Prefetch(trees, tree),
            seen.Add,
            Visit
        );
        return walk.RunAsync(roots, repository.Options.Workers, cancellationToken);
    }

    private void Prefetch(TreeBlobs trees, Id tree)
    {
        if (index.Blobs.TryLocate(BlobKind.Tree, tree, out BlobLocation location, out uint packEnd))
        {
            trees.Prefetch(in location, packEnd);
        }
    }

    private async Task<IReadOnlyList<Node>?> TryLoadAsync(TreeBlobs trees, Id tree, CancellationToken cancellationToken)
    {
        if (!index.Blobs.TryLocate(BlobKind.Tree, tree, out BlobLocation location, out uint packEnd))
        {
            findings.Add(FindingKind.DamagedTree, NameOf(tree), "No index lists it.");
            return null;
        }
        try
        {
            using PooledBytes json =
                await trees.TryLoadAsync(tree, location, packEnd)
                ?? await repository.LoadBlobAtAsync(BlobKind.Tree, tree, location, cancellationToken);
            return TreeReader.Read(json.Span);
        }
        catch (EngineError error) when (FindingLog.IsDamage(error))
        {
            findings.Add(FindingKind.DamagedTree, NameOf(tree), error.Message);
            return null;
        }
    }

    private void Visit(Id tree, IReadOnlyList<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            if (Problem(node) is { } problem)
            {
                findings.Add(FindingKind.DamagedNode, NameOf(tree), $"'{NameOf(node)}' {problem}.");
            }
            foreach (Id blob in node.Content ?? [])
            {
                if (!index.Blobs.Contains(BlobKind.Data, blob) && missing.Add(blob))
                {
                    findings.Add(
                        FindingKind.MissingBlob,
                        $"data {blob}",
                        $"No index lists it, but file '{NameOf(node)}' of tree {tree} needs it."
                    );
                }
            }
        }
        progress?.Report(new("checking trees", MaintenanceUnit.Objects, seen.Count, 0));
    }

    private static string? Problem(Node node) =>
        node switch
        {
            { Name.Length: 0 } => "has no name",
            { Type: NodeType.File, Content: null } => "is a file without a list of contents",
            { Type: NodeType.Dir, Subtree: null or { IsZero: true } } => "is a directory without a tree",
            { Type: NodeType.Unknown } => "has an unknown type",
            _ => null,
        };

    private static string NameOf(Id tree) => $"tree {tree}";

    private static string NameOf(Node node) => Encoding.UTF8.GetString(node.Name);
}
