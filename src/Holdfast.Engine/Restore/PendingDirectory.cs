using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// A directory that is yet to be visited, or in which something is yet to be done. It has one holder for its visit, one for
/// each directory in it, and one for each file in it that is to be written or linked.
/// </summary>
/// <remarks>Whoever makes one holds the parent for it, as long as <see cref="DirectoryFinish"/> has not let go.</remarks>
internal sealed class PendingDirectory
{
    private readonly Id tree;
    private Task<List<Node>>? loading;
    private int holders = 1;

    private PendingDirectory(
        PendingDirectory? parent,
        Place place,
        Node? node,
        Id tree,
        PathSelection? only,
        bool fresh
    )
    {
        Only = only;
        Parent = parent;
        Place = place;
        Node = node;
        Fresh = fresh;
        this.tree = tree;
    }

    /// <param name="node">Null when the directory keeps its own metadata.</param>
    /// <param name="only">What of it is restored; null for all.</param>
    public static PendingDirectory Root(Place place, Node? node, Id tree, PathSelection? only = null) =>
        new(parent: null, place, node, tree, only, fresh: false);

    /// <summary>A directory in another one, which waits for it from now on.</summary>
    /// <param name="node">Null when the directory keeps its own metadata.</param>
    /// <param name="only">What of it is restored; null for all.</param>
    /// <param name="fresh">Made by this run: it is empty, ours, mode 0700, and lets nothing be inherited.</param>
    public static PendingDirectory In(
        PendingDirectory parent,
        Place place,
        Node? node,
        Id tree,
        PathSelection? only,
        bool fresh
    )
    {
        parent.Hold();
        return new PendingDirectory(parent, place, node, tree, only, fresh);
    }

    public PendingDirectory? Parent { get; }

    public Place Place { get; }

    public Node? Node { get; }

    /// <summary>What of it is restored; null for all, and only then what the backup does not have is removed.</summary>
    public PathSelection? Only { get; }

    public bool Fresh { get; }

    /// <summary>It was told of already, and is left as it is.</summary>
    public bool Failed { get; set; }

    /// <summary>Its tree is held, or being loaded.</summary>
    public bool IsLoaded => loading is not null;

    /// <summary>By one who is a holder, or acts for one.</summary>
    public void Hold() => Interlocked.Increment(ref holders);

    /// <returns>True for the last holder: nothing in the directory changes any more.</returns>
    public bool LetGo() => Interlocked.Decrement(ref holders) == 0;

    /// <summary>Begins to load the directory's tree, unless it is loaded.</summary>
    public Task<List<Node>> Load(TreeBlobs trees, CancellationToken cancellationToken) =>
        loading ??= Task.Run(() => LoadAsync(trees), cancellationToken);

    /// <summary>Lets go of the nodes; if it is yet to be visited, they are loaded again.</summary>
    public void Unload() => loading = null;

    private async Task<List<Node>> LoadAsync(TreeBlobs trees)
    {
        using PooledBytes json = await trees.LoadAsync(tree);
        return TreeReader.Read(json.Span);
    }
}
