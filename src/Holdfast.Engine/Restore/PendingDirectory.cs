using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>A directory that is yet to be visited, or whose metadata is yet to be set.</summary>
/// <param name="node">Null when the directory keeps its own metadata.</param>
/// <param name="fresh">Made by this run: it is empty, ours, mode 0700, and lets nothing be inherited.</param>
internal sealed class PendingDirectory(Place place, Node? node, Id tree, bool fresh)
{
    private Task<List<Node>>? loading;

    public Place Place { get; } = place;

    public Node? Node { get; } = node;

    public bool Fresh { get; } = fresh;

    /// <summary>Its tree is held, or being loaded.</summary>
    public bool IsLoaded => loading is not null;

    /// <summary>Begins to load the directory's tree, unless it is loaded.</summary>
    public Task<List<Node>> Load(TreeBlobs trees, CancellationToken cancellationToken) =>
        loading ??= Task.Run(() => LoadAsync(trees), cancellationToken);

    /// <summary>
    /// Lets go of the nodes: a visited directory is kept for its own metadata only, any other loads them again.
    /// </summary>
    public void Unload() => loading = null;

    private async Task<List<Node>> LoadAsync(TreeBlobs trees)
    {
        using PooledBytes json = await trees.LoadAsync(tree);
        return TreeReader.Read(json.Span);
    }
}
