using Holdfast.Engine;
using Holdfast.Engine.Names;

namespace Holdfast.Core.Reading;

/// <summary>
/// Indexes of names that were used last, in bounded memory. One that is not kept beside its snapshot is made of the trees, one at a
/// time. Safe for many threads.
/// </summary>
public sealed class NameIndexes : IDisposable
{
    /// <summary>Bytes: some eight million names.</summary>
    private const long Most = 256 << 20;

    private readonly Lock gate = new();

    /// <summary>The last used is last. A tree is called by its hash, so that none is ever another.</summary>
    private readonly OrderedDictionary<Id, NameIndex> kept = [];

    private readonly SemaphoreSlim making = new(1);

    /// <param name="snapshot">Whose names they are.</param>
    /// <param name="tree">The share's directory in it.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    internal async Task<NameIndex> FindAsync(
        Repository repository,
        Id snapshot,
        Id tree,
        CancellationToken cancellationToken
    )
    {
        if (TryGet(tree) is { } known)
        {
            return known;
        }
        await making.WaitAsync(cancellationToken);
        try
        {
            if (TryGet(tree) is { } made)
            {
                return made;
            }
            NameIndex names =
                await repository.FindNamesAsync(snapshot, tree, cancellationToken)
                ?? await NameIndex.MakeAsync(repository, tree, cancellationToken);
            Keep(names);
            return names;
        }
        finally
        {
            _ = making.Release();
        }
    }

    public void Dispose() => making.Dispose();

    private NameIndex? TryGet(Id tree)
    {
        lock (gate)
        {
            if (!kept.Remove(tree, out NameIndex? names))
            {
                return null;
            }
            kept.Add(tree, names);
            return names;
        }
    }

    private void Keep(NameIndex names)
    {
        lock (gate)
        {
            kept[names.Tree] = names;
            long bytes = kept.Values.Sum(one => (long)one.Size);
            while (bytes > Most && kept.Count > 1)
            {
                bytes -= kept.GetAt(0).Value.Size;
                kept.RemoveAt(0);
            }
        }
    }
}
