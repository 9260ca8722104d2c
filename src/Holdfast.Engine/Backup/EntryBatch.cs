namespace Holdfast.Engine.Backup;

/// <summary>
/// A run of a directory's entries: those from <paramref name="From"/> up to <paramref name="To"/> that are no directories; it
/// may have none. Whoever takes it releases the directory's handle and finishes one of its parts.
/// </summary>
internal readonly record struct EntryRun(PendingDirectory Directory, int From, int To);

/// <summary>
/// Runs of entries for one worker, of one directory or of several small ones: to wake a worker takes as long as some ten
/// entries. Holds the directories of those that were not taken yet.
/// </summary>
internal sealed class EntryBatch
{
    /// <summary>Enough that handing over costs nothing, few enough that workers end together.</summary>
    public const int MostEntries = 64;

    /// <summary>Each of them may hold a directory open.</summary>
    public const int MostRuns = 16;

    private readonly List<EntryRun> runs = [];
    private int entries;
    private int taken;

    public bool IsFull => entries >= MostEntries || runs.Count == MostRuns;

    /// <summary>The caller holds the directory, and goes on holding it.</summary>
    public void Add(EntryRun run)
    {
        run.Directory.HoldHandle();
        runs.Add(run);
        entries += run.To - run.From;
    }

    public bool TryTake(out EntryRun run)
    {
        run = taken < runs.Count ? runs[taken++] : default;
        return run.Directory is not null;
    }

    /// <summary>Lets go of the directories of those that nobody has taken.</summary>
    public void ReleaseRest()
    {
        while (TryTake(out EntryRun run))
        {
            run.Directory.ReleaseHandle();
        }
    }
}
