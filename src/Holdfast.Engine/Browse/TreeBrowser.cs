using System.Runtime.CompilerServices;
using System.Text;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Browse;

/// <summary>Looks into backups. The index must be loaded.</summary>
public sealed class TreeBrowser(Repository repository)
{
    /// <summary>A tree beyond this many bytes is unfolded alone: it is one piece, and many at once could be all memory.</summary>
    private const uint LargeTree = 16 << 20;

    private static readonly SemaphoreSlim LargeTrees = new(1);

    /// <summary>The entries of one directory, in the order of their names' bytes.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public Task<IReadOnlyList<Node>> ReadAsync(Id tree, CancellationToken cancellationToken) =>
        ReadAsync(tree, default, int.MaxValue, cancellationToken);

    /// <summary>Some of them.</summary>
    /// <param name="tree">The directory's.</param>
    /// <param name="from">Entries of earlier names are left out.</param>
    /// <param name="most">At most so many entries, at least one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public async Task<IReadOnlyList<Node>> ReadAsync(
        Id tree,
        ReadOnlyMemory<byte> from,
        int most,
        CancellationToken cancellationToken
    )
    {
        bool large =
            repository.TryLocate(BlobKind.Tree, tree, out BlobLocation location)
            && location.PlaintextLength > LargeTree;
        if (large)
        {
            await LargeTrees.WaitAsync(cancellationToken);
        }
        try
        {
            using PooledBytes json = await repository.LoadBlobAsync(BlobKind.Tree, tree, cancellationToken);
            return TreeReader.Read(json.Span, from.Span, most);
        }
        finally
        {
            if (large)
            {
                _ = LargeTrees.Release();
            }
        }
    }

    /// <summary>
    /// Everything beneath a tree, a directory before what is in it, siblings in the order of their names' bytes.
    /// </summary>
    /// <param name="path">What the entries' paths begin with; empty for a snapshot's root.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public async IAsyncEnumerable<BrowseEntry> WalkAsync(
        Id tree,
        byte[] path,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // The names of the directories above: their paths, one longer than the other, could be all memory.
        List<byte[]> above = [];
        await foreach ((int depth, Node node) in WalkNodesAsync(tree, cancellationToken))
        {
            above.RemoveRange(depth, above.Count - depth);
            above.Add(node.Name);
            yield return new BrowseEntry(PathOf(path, above), node);
        }
    }

    /// <summary>The same without paths: of each entry how many directories beneath the tree it is within.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    internal async IAsyncEnumerable<(int Depth, Node Node)> WalkNodesAsync(
        Id tree,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var trees = new TreeBlobs(repository, cancellationToken);
        // Directories that are being listed.
        var open = new Stack<OpenDirectory>();
        open.Push(await OpenAsync(trees, tree));
        while (open.TryPeek(out OpenDirectory? directory))
        {
            if (directory.TakeNext() is not { } node)
            {
                _ = open.Pop();
                continue;
            }
            yield return (open.Count - 1, node);
            if (node.Subtree is { } subtree)
            {
                open.Push(await OpenAsync(trees, subtree));
            }
        }
    }

    /// <summary>An entry under a name, and everything beneath it, as <see cref="WalkAsync"/> has it.</summary>
    /// <param name="name">Raw bytes; the path of the entry is a slash and these.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public async IAsyncEnumerable<BrowseEntry> WalkFromAsync(
        Node entry,
        byte[] name,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        byte[] path = [(byte)'/', .. name];
        yield return new BrowseEntry(path, entry);
        if (entry.Subtree is { } tree)
        {
            await foreach (BrowseEntry beneath in WalkAsync(tree, path, cancellationToken))
            {
                yield return beneath;
            }
        }
    }

    /// <summary>The entry at a path of names joined by slashes; null for the root itself.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/> when there is none; <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public async Task<Node?> FindAsync(Id tree, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        Node? found = null;
        foreach (byte[] name in Split(path.Span))
        {
            Id? directory = found is null ? tree : found.Subtree;
            IReadOnlyList<Node> nodes = directory is { } id ? await ReadAsync(id, name, 1, cancellationToken) : [];
            found = nodes is [var node] && node.Name.AsSpan().SequenceEqual(name) ? node : throw NoSuchPath(path.Span);
        }
        return found;
    }

    /// <summary>What to restore of a snapshot: a directory of it, with its metadata unless it is the root.</summary>
    /// <param name="path">Names joined by slashes; empty for the whole snapshot.</param>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>; <see cref="EngineErrorKind.Invalid"/> when it is no directory.
    /// </exception>
    public async Task<RestoreSource> SourceAsync(
        Snapshot snapshot,
        ReadOnlyMemory<byte> path,
        CancellationToken cancellationToken
    )
    {
        Node? node = await FindAsync(snapshot.Tree, path, cancellationToken);
        return node is null ? new RestoreSource(snapshot.Tree, null, snapshot.Time)
            : node.Subtree is { } tree ? new RestoreSource(tree, node, snapshot.Time)
            : throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"'{Encoding.UTF8.GetString(path.Span)}' is not a directory.",
                "Name the directory that holds it."
            );
    }

    private static async Task<OpenDirectory> OpenAsync(TreeBlobs trees, Id tree)
    {
        using PooledBytes json = await trees.LoadAsync(tree);
        return new OpenDirectory(TreeReader.Read(json.Span), trees);
    }

    private static byte[] PathOf(byte[] prefix, List<byte[]> names)
    {
        byte[] path = new byte[prefix.Length + names.Count + names.Sum(name => name.Length)];
        prefix.CopyTo(path, 0);
        int length = prefix.Length;
        foreach (byte[] name in names)
        {
            path[length++] = (byte)'/';
            name.CopyTo(path, length);
            length += name.Length;
        }
        return path;
    }

    /// <summary>The names of a path, without the empty ones.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var names = new List<byte[]>();
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path[range];
            if (!name.IsEmpty)
            {
                names.Add(name.ToArray());
            }
        }
        return names;
    }

    private static EngineError NoSuchPath(ReadOnlySpan<byte> path) =>
        new(
            EngineErrorKind.NotFound,
            temporary: false,
            $"The snapshot has no '{Encoding.UTF8.GetString(path)}'.",
            "List the snapshot to see its paths."
        );
}
