using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Core.Workers;

/// <summary>Writes the index of names with a share's backup, so that a search need not read its directories.</summary>
internal static class SnapshotNames
{
    /// <summary>Entries up to which a search reads the directories themselves: it takes some tens of milliseconds.</summary>
    private const long Few = 20_000;

    /// <param name="parent">What the snapshot was compared with; null: nothing.</param>
    /// <param name="share">The name of the snapshot's one directory.</param>
    public static async Task KeepAsync(
        Repository repository,
        Snapshot snapshot,
        Snapshot? parent,
        string share,
        CancellationToken cancellationToken
    )
    {
        if (snapshot.Summary is not { } summary || EntriesOf(summary) <= Few)
        {
            return;
        }
        Id tree = await TreeOfAsync(repository, snapshot, share, cancellationToken);
        bool same = parent is not null && await IsSameAsync(repository, parent, share, tree, cancellationToken);
        if (!same || !await repository.CopyNamesAsync(parent!.Id, snapshot.Id, cancellationToken))
        {
            await repository.KeepNamesAsync(snapshot.Id, tree, cancellationToken);
        }
    }

    /// <summary>An earlier backup that cannot be read is not the same.</summary>
    private static async Task<bool> IsSameAsync(
        Repository repository,
        Snapshot parent,
        string share,
        Id tree,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TreeOfAsync(repository, parent, share, cancellationToken) == tree;
        }
        catch (EngineError error)
            when (error is { Kind: EngineErrorKind.Damaged or EngineErrorKind.NotFound, Temporary: false })
        {
            return false;
        }
    }

    private static long EntriesOf(SnapshotSummary summary) =>
        summary.TotalFilesProcessed + summary.DirsNew + summary.DirsChanged + summary.DirsUnmodified;

    private static async Task<Id> TreeOfAsync(
        Repository repository,
        Snapshot snapshot,
        string share,
        CancellationToken cancellationToken
    )
    {
        byte[] directory = Encoding.UTF8.GetBytes(share);
        Node? node = await new TreeBrowser(repository).FindAsync(snapshot.Tree, directory, cancellationToken);
        return node!.Subtree!.Value;
    }
}
