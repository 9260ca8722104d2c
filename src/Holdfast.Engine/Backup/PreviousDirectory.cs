using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>What the parent snapshot has in one directory.</summary>
internal sealed class PreviousDirectory(Id tree, IReadOnlyList<Node> nodes)
{
    public static readonly PreviousDirectory None = new(default, []);

    /// <summary>Whether these nodes, nulls left out, are the very ones of the parent snapshot; then so is their tree.</summary>
    public bool IsSame(ReadOnlySpan<Node?> now, out Id itsTree)
    {
        int count = 0;
        itsTree = tree;
        foreach (Node? node in now)
        {
            if (node is not null && (count == nodes.Count || !ReferenceEquals(node, nodes[count++])))
            {
                return false;
            }
        }
        return count == nodes.Count && this != None;
    }

    /// <summary>The node of that name, or null.</summary>
    public Node? Find(ReadOnlySpan<byte> name)
    {
        int low = 0;
        int high = nodes.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = name.SequenceCompareTo(nodes[middle].Name);
            if (order == 0)
            {
                return nodes[middle];
            }
            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }
        return null;
    }
}

/// <summary>
/// Loads the parent snapshot's trees ahead of those who compare. A tree that is gone is a directory without a past; a
/// damaged one too, and a problem.
/// </summary>
internal sealed class PreviousTrees(Repository repository, ProblemLog problems, CancellationToken cancellationToken)
{
    private readonly TreeBlobs trees = new(repository, cancellationToken);

    public Task<PreviousDirectory> LoadRoot(PendingDirectory directory, Id tree) => LoadAsync(directory, tree);

    /// <summary>
    /// Starts loading what the parent snapshot has in the directory. With a store that answers at once the caller's
    /// thread does it all; a distant one is waited for by whoever needs the answer.
    /// </summary>
    public Task<PreviousDirectory> Load(PendingDirectory directory)
    {
        Task<PreviousDirectory> above = directory.Parent!.Previous;
        return above.IsCompletedSuccessfully && above.Result == PreviousDirectory.None
            ? above
            : LoadBeneathAsync(above, directory);
    }

    private async Task<PreviousDirectory> LoadBeneathAsync(Task<PreviousDirectory> above, PendingDirectory directory)
    {
        Node? node = (await above).Find(directory.Name);
        return node is { Type: NodeType.Dir, Subtree: { } tree }
            ? await LoadAsync(directory, tree)
            : PreviousDirectory.None;
    }

    private async Task<PreviousDirectory> LoadAsync(PendingDirectory directory, Id tree)
    {
        if (!repository.Contains(BlobKind.Tree, tree))
        {
            return PreviousDirectory.None;
        }
        try
        {
            using PooledBytes json = await trees.LoadAsync(tree);
            return new PreviousDirectory(tree, TreeReader.Read(json.Span));
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
        {
            problems.Add(BackupProblemKind.ParentDamaged, directory, name: null);
            return PreviousDirectory.None;
        }
    }
}
