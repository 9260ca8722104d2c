using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Removes what no snapshot needs: a plan first, for whoever wants to see it, then its execution. The caller holds the
/// exclusive lock from before the plan until after the execution.
/// </summary>
/// <remarks>
/// Dying anywhere leaves a repository in which every snapshot is whole. The order makes it so: new packs, then index
/// objects that list them, then index objects without the packs that go, then the old index objects' removal, then the
/// packs'. What dies in between leaves unreferenced packs or second copies, which the next run tidies up.
/// </remarks>
public sealed class PruneRun
{
    /// <summary>
    /// Nobody writes a pack for so long. The exclusive lock alone does not say that a write is dead: its writer may have
    /// lost its lock and not know yet.
    /// </summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(1);

    private readonly Repository repository;
    private readonly PruneOptions options;
    private readonly PruneSurvey survey;
    private readonly long started;

    private PruneRun(Repository repository, PruneOptions options, PruneSurvey survey, long started)
    {
        this.repository = repository;
        this.options = options;
        this.survey = survey;
        this.started = started;
        Plan = PrunePlan.Make(survey.Tally.Finish(), survey.Stored, options);
    }

    public PrunePlan Plan { get; }

    /// <summary>Reads the snapshots' trees and the index, and decides. Changes nothing.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: a required snapshot, or something that a snapshot needs, is missing or damaged.</exception>
    public static async Task<PruneRun> PlanAsync(
        Repository repository,
        PruneOptions options,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        long now = repository.Options.Time.GetTimestamp();
        PruneSurvey taken = await PruneSurvey.TakeAsync(repository, options, progress, cancellationToken);
        return new PruneRun(repository, options, taken, now);
    }

    /// <summary>Carries the plan out. Called at most once.</summary>
    /// <exception cref="EngineError">The repository is whole nevertheless, and another run takes up what is left.</exception>
    public async Task<PruneReport> ExecuteAsync(
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        // 1. What nobody lists or finishes goes first: it makes room for what is to be written.
        if (options.OwnsStore)
        {
            DateTimeOffset dead = repository.Options.Time.GetUtcNow() - LongestWrite;
            await repository.Store.RemoveUnfinishedAsync(dead, cancellationToken);
        }
        await DeletePacksAsync(Plan.Unreferenced.Select(pack => pack.Pack), cancellationToken);

        // 2. New packs, and index objects that list them.
        (List<PackUse> repacked, long written) = await RepackAsync(progress, cancellationToken);

        // 3. Index objects without the packs that go, and only then the removal of those with them.
        List<PackUse> remove = [.. Plan.Remove, .. repacked];
        HashSet<Id> gone = [.. remove.Select(pack => pack.Pack), .. Plan.Vanished];
        if (gone.Count > 0 || survey.Tally.HasRepeats)
        {
            await IndexRewrite.RunAsync(repository, survey, gone, cancellationToken);
        }

        // 4. Packs that nothing mentions any more.
        progress?.Report(new("removing packs", MaintenanceUnit.Objects, 0, remove.Count));
        await DeletePacksAsync(remove.Select(pack => pack.Pack), cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        return new PruneReport(
            repacked.Count,
            remove.Count + Plan.Unreferenced.Count,
            written,
            remove.Sum(pack => pack.Size) + Plan.Unreferenced.Sum(pack => pack.Size),
            StoppedEarly: repacked.Count < Plan.Repack.Count
        );
    }

    private async Task<(List<PackUse> Repacked, long Written)> RepackAsync(
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        List<PackUse> repacked = [];
        if (Plan.Repack.Count == 0)
        {
            return (repacked, 0);
        }
        Dictionary<Id, PackContent> contents = await ContentsAsync(cancellationToken);
        Dictionary<Id, PackUse> uses = Plan.Repack.ToDictionary(pack => pack.Pack);
        long total = Plan.RepackBytes;
        long done = 0;
        await using BlobWriter writer = repository.CreateRepackWriter();
        var repack = new Repack(repository, writer, IsProvided);
        await repack.RunAsync(
            Plan.Repack.TakeWhile(_ => !IsOver()).Select(pack => contents[pack.Pack]),
            pack =>
            {
                repacked.Add(uses[pack]);
                done += uses[pack].Size;
                progress?.Report(new("repacking", MaintenanceUnit.Bytes, done, total));
            },
            cancellationToken
        );
        await writer.FlushAsync(cancellationToken);
        return (repacked, writer.Statistics.StoredBytes);
    }

    private bool IsOver() => repository.Options.Time.GetElapsedTime(started) >= options.TimeBudget;

    private bool IsProvided(Id pack, PackEntry blob) =>
        survey.Used.IsProvidedBy(new BlobHandle(blob.Kind, blob.Id), survey.Tally.OrdinalOf(pack));

    /// <summary>What the index lists of the packs to be rewritten.</summary>
    private async Task<Dictionary<Id, PackContent>> ContentsAsync(CancellationToken cancellationToken)
    {
        HashSet<Id> wanted = [.. Plan.Repack.Select(pack => pack.Pack)];
        Dictionary<Id, PackContent> contents = [];
        await foreach ((_, IReadOnlyList<PackContent> packs) in survey.LoadIndexesAsync(repository, cancellationToken))
        {
            foreach (PackContent pack in packs.Where(pack => wanted.Contains(pack.Pack)))
            {
                contents.TryAdd(pack.Pack, pack);
            }
        }
        return contents;
    }

    private async Task DeletePacksAsync(IEnumerable<Id> packs, CancellationToken cancellationToken)
    {
        await repository.ConfirmLocksAsync(cancellationToken);
        await repository.RequestEachAsync(
            packs,
            async (pack, token) => await repository.DeletePackAsync(pack, token),
            cancellationToken
        );
    }
}
