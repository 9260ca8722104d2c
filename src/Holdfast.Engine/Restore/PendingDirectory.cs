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
    public Task<List<Node>> Load(Repository repository, CancellationToken cancellationToken) =>
        loading ??= Task.Run(() => LoadAsync(repository, cancellationToken), cancellationToken);

    /// <summary>
    /// Lets go of the nodes: a visited directory is kept for its own metadata only, any other loads them again.
    /// </summary>
    public void Unload() => loading = null;

    private async Task<List<Node>> LoadAsync(Repository repository, CancellationToken cancellationToken)
    {
        using PooledBytes json = await repository.LoadBlobAsync(BlobKind.Tree, tree, cancellationToken);
        return TreeReader.Read(json.Span);
    }
}
