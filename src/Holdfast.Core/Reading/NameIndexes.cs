using Holdfast.Engine;
using Holdfast.Engine.Names;

namespace Holdfast.Core.Reading;

/// <summary>
/// Indexes of names that were used last, in bounded memory. One that is not kept beside its snapshot is made of the trees. A project
/// has one loaded or made at a time, so that none waits for another's. Safe for many threads.
/// </summary>
public sealed class NameIndexes : IDisposable
{
    /// <summary>Bytes: some eight million names.</summary>
    private const long Most = 256 << 20;

    /// <summary>What an index counts for at least, so that small ones are not too many.</summary>
    private const long Least = 64 << 10;

    /// <summary>Loaded or made at once, of all projects: each takes up to twice <see cref="NameIndex.MostBytes"/>.</summary>
    private const int MostAtOnce = 4;

    private readonly Lock gate = new();

    /// <summary>
    /// The last used is last. A tree is called by its hash, so that none is ever another. Null: there are too many names in it.
    /// </summary>
    private readonly OrderedDictionary<Id, NameIndex?> kept = [];

    private readonly Dictionary<string, Turn> turns = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(MostAtOnce);

    /// <summary>Of one index.</summary>
    internal int MostBytes { get; init; } = NameIndex.MostBytes;

    /// <param name="project">Who wants it.</param>
    /// <param name="snapshot">Whose names they are.</param>
    /// <param name="tree">The share's directory in it.</param>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Invalid"/>: there are too many; <see cref="EngineErrorKind.Damaged"/>,
    /// <see cref="EngineErrorKind.Store"/>.
    /// </exception>
    internal async Task<NameIndex> FindAsync(
        string project,
        Repository repository,
        Id snapshot,
        Id tree,
        CancellationToken cancellationToken
    )
    {
        if (TryGet(tree, out NameIndex? known))
        {
            return known ?? throw TooMany();
        }
        Turn turn = Enter(project);
        try
        {
            await turn.Free.WaitAsync(cancellationToken);
            try
            {
                return TryGet(tree, out NameIndex? made)
                    ? made ?? throw TooMany()
                    : await MakeAsync(repository, snapshot, tree, cancellationToken) ?? throw TooMany();
            }
            finally
            {
                _ = turn.Free.Release();
            }
        }
        finally
        {
            Leave(project, turn);
        }
    }

    public void Dispose() => places.Dispose();

    private async Task<NameIndex?> MakeAsync(
        Repository repository,
        Id snapshot,
        Id tree,
        CancellationToken cancellationToken
    )
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            NameIndex? names =
                await repository.FindNamesAsync(snapshot, tree, cancellationToken)
                ?? await NameIndex.TryMakeAsync(repository, tree, MostBytes, cancellationToken);
            Keep(tree, names);
            return names;
        }
        finally
        {
            _ = places.Release();
        }
    }

    private Turn Enter(string project)
    {
        lock (gate)
        {
            if (!turns.TryGetValue(project, out Turn? turn))
            {
                turns.Add(project, turn = new Turn());
            }
            turn.Waiting++;
            return turn;
        }
    }

    private void Leave(string project, Turn turn)
    {
        lock (gate)
        {
            if (--turn.Waiting == 0)
            {
                turns.Remove(project);
                turn.Free.Dispose();
            }
        }
    }

    private bool TryGet(Id tree, out NameIndex? names)
    {
        lock (gate)
        {
            if (!kept.Remove(tree, out names))
            {
                return false;
            }
            kept.Add(tree, names);
            return true;
        }
    }

    private void Keep(Id tree, NameIndex? names)
    {
        lock (gate)
        {
            kept.Remove(tree);
            kept.Add(tree, names);
            long bytes = kept.Values.Sum(SizeOf);
            while (bytes > Most && kept.Count > 1)
            {
                bytes -= SizeOf(kept.GetAt(0).Value);
                kept.RemoveAt(0);
            }
        }
    }

    private static long SizeOf(NameIndex? names) => Math.Max(names?.Size ?? 0, Least);

    private static EngineError TooMany() =>
        new(
            EngineErrorKind.Invalid,
            temporary: false,
            "There are too many names in the backup to be searched; list its directories."
        );

    /// <summary>A project's.</summary>
    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1);

        /// <summary>Searches that have it or wait for it.</summary>
        public int Waiting { get; set; }
    }
}
