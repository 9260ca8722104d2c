using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>
/// Removes what no snapshot needs: a plan first, for whoever wants to see it, then its execution. The plan takes as long as
/// the repository is large, and excludes nobody; the caller holds the exclusive lock for the execution alone, which keeps
/// to <see cref="PruneOptions.TimeBudget"/>.
/// </summary>
/// <remarks>
/// Dying anywhere, or stopping for want of time, leaves a repository in which every snapshot is whole. The order makes it
/// so: new packs, then index objects that list them, then index objects without the packs that go, then the old index
/// objects' removal, then the packs'. What is left in between is unreferenced packs or second copies, which the next run
/// tidies up.
/// </remarks>
public sealed class PruneRun
{
    /// <summary>
    /// Nobody writes a pack for so long. No lock says that a write is dead: its writer may have lost its lock and not know
    /// yet.
    /// </summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(1);

    /// <summary>Packs whose blobs are looked up in the index at once: some 16 GiB of them.</summary>
    private const int RepackedAtOnce = 1024;

    /// <summary>
    /// Packs removed between two looks at the lock: more than index objects, as what no index lists nobody can have relied on
    /// since.
    /// </summary>
    private const int RemovedAtOnce = 256;

    private readonly Repository repository;
    private readonly PruneOptions options;
    private readonly PruneSurvey survey;

    private PruneRun(Repository repository, PruneOptions options, PruneSurvey survey)
    {
        this.repository = repository;
        this.options = options;
        this.survey = survey;
        Plan = PrunePlan.Make(survey.Tally.Finish(), survey.Stored, options);
    }

    /// <summary>As it was made; once it is carried out, without the packs that became needed meanwhile.</summary>
    public PrunePlan Plan { get; private set; }

    /// <summary>
    /// Reads the snapshots' trees and the index, and decides. Changes nothing. The caller holds a lock, which need not be
    /// exclusive.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: something that a snapshot needs is missing or damaged.</exception>
    public static async Task<PruneRun> PlanAsync(
        Repository repository,
        PruneOptions options,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        PruneSurvey taken = await PruneSurvey.TakeAsync(repository, options, progress, cancellationToken);
        return new PruneRun(repository, options, taken);
    }

    /// <summary>
    /// Removes what killed writers left half written. Needs no lock. Where the store holds more than this repository, all
    /// of it is searched.
    /// </summary>
    public static Task RemoveUnfinishedAsync(Repository repository, CancellationToken cancellationToken) =>
        repository.Store.RemoveUnfinishedAsync(repository.Options.Time.GetUtcNow() - LongestWrite, cancellationToken);

    /// <summary>
    /// Carries the plan out. Called at most once, right after the exclusive lock was taken: the time budget begins here.
    /// The repository's loaded index is out of date afterwards.
    /// </summary>
    /// <exception cref="EngineError">
    /// The repository is whole nevertheless, and another run takes up what is left. <see cref="EngineErrorKind.Damaged"/>: as
    /// of the plan, or a required snapshot is missing.
    /// </exception>
    public async Task<PruneReport> ExecuteAsync(
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var clock = new PruneClock(repository.Options.Time, options.TimeBudget);

        // 1. What others added since the plan was made stays.
        Plan = Plan.Sparing(
            await SurveyUpdate.FindNeededAsync(repository, survey, options, clock, cancellationToken),
            survey.Stored
        );

        // 2. What nobody lists goes first: it makes room for what is to be written.
        List<(Id Pack, long Size)> unlisted = [.. Plan.Unreferenced.Select(pack => (pack.Pack, pack.Size))];
        Deletion first = await DeletePacksAsync(unlisted, clock, progress, cancellationToken);

        // 3. New packs, and index objects that list them.
        (List<PackUse> repacked, long written) = await RepackAsync(clock, progress, cancellationToken);

        // 4. Index objects without the packs that go, and only then the removal of those with them.
        List<PackUse> remove = [.. Plan.Remove, .. repacked];
        HashSet<Id> gone = [.. remove.Select(pack => pack.Pack), .. Plan.Vanished];
        var rewrite = new IndexRewrite(repository, survey, gone);
        IReadOnlySet<Id> free = await rewrite.RunAsync(clock, cancellationToken);

        // 5. Packs that nothing mentions any more.
        unlisted = [.. remove.Where(pack => free.Contains(pack.Pack)).Select(pack => (pack.Pack, pack.Size))];
        Deletion second = await DeletePacksAsync(unlisted, clock, progress, cancellationToken);

        int removed = first.Packs + second.Packs;
        long freed = first.Bytes + second.Bytes;
        List<PackUse> skipped = [.. Plan.Repack.Skip(repacked.Count)];
        long toFree = Plan.Unreferenced.Sum(pack => pack.Size) + remove.Sum(pack => pack.Size);
        return new PruneReport(
            repacked.Count,
            removed,
            written,
            freed,
            PacksLeft: Plan.Unreferenced.Count + remove.Count - removed + skipped.Count,
            BytesLeft: toFree - freed + skipped.Sum(pack => pack.UnusedBytes)
        );
    }

    private async Task<(List<PackUse> Repacked, long Written)> RepackAsync(
        PruneClock clock,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        List<PackUse> repacked = [];
        if (Plan.Repack.Count == 0)
        {
            return (repacked, 0);
        }
        long total = Plan.RepackBytes;
        long done = 0;
        progress?.Report(new("repacking", MaintenanceUnit.Bytes, 0, total));
        await using BlobWriter writer = repository.CreateRepackWriter();
        var repack = new Repack(repository, writer, IsProvided);
        foreach (PackUse[] some in Plan.Repack.Chunk(RepackedAtOnce).TakeWhile(_ => clock.MayRepack))
        {
            Dictionary<Id, PackContent> contents = await ContentsAsync(some, cancellationToken);
            Dictionary<Id, PackUse> uses = some.ToDictionary(pack => pack.Pack);
            await repack.RunAsync(
                some.TakeWhile(_ => clock.MayRepack).Select(pack => contents[pack.Pack]),
                pack =>
                {
                    repacked.Add(uses[pack]);
                    done += uses[pack].Size;
                    progress?.Report(new("repacking", MaintenanceUnit.Bytes, done, total));
                },
                cancellationToken
            );
        }
        await writer.FlushAsync(cancellationToken);
        return (repacked, writer.Statistics.StoredBytes);
    }

    private bool IsProvided(Id pack, PackEntry blob) =>
        survey.Used.IsProvidedBy(new BlobHandle(blob.Kind, blob.Id), survey.Tally.OrdinalOf(pack));

    /// <summary>What the index lists of the packs.</summary>
    private async Task<Dictionary<Id, PackContent>> ContentsAsync(
        IEnumerable<PackUse> packs,
        CancellationToken cancellationToken
    )
    {
        var wanted = packs.Select(pack => pack.Pack).ToHashSet();
        IEnumerable<int> indexes = wanted.Select(survey.Tally.IndexOf).Distinct().Order();
        Dictionary<Id, PackContent> contents = [];
        await foreach (
            (_, IReadOnlyList<PackContent> listed) in survey.LoadIndexesAsync(repository, indexes, cancellationToken)
        )
        {
            foreach (PackContent pack in listed.Where(pack => wanted.Contains(pack.Pack)))
            {
                contents.TryAdd(pack.Pack, pack);
            }
        }
        return contents;
    }

    /// <summary>Removes packs that no index lists, as far as there is time.</summary>
    private async Task<Deletion> DeletePacksAsync(
        List<(Id Pack, long Size)> packs,
        PruneClock clock,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var done = new Deletion(0, 0);
        if (packs.Count > 0)
        {
            progress?.Report(new("deleting", MaintenanceUnit.Objects, 0, packs.Count));
        }
        foreach ((Id Pack, long Size)[] some in packs.Chunk(RemovedAtOnce).TakeWhile(_ => clock.MayGoOn))
        {
            await repository.ConfirmLocksAsync(cancellationToken);
            await repository.RequestEachAsync(
                InTime(some),
                async (pack, token) => await repository.DeletePackAsync(pack, token),
                cancellationToken
            );
            progress?.Report(new("deleting", MaintenanceUnit.Objects, done.Packs, packs.Count));
        }
        return done;

        IEnumerable<Id> InTime(IEnumerable<(Id Pack, long Size)> some)
        {
            foreach ((Id pack, long size) in some.TakeWhile(_ => clock.MayGoOn))
            {
                done = new(done.Packs + 1, done.Bytes + size);
                yield return pack;
            }
        }
    }

    private readonly record struct Deletion(int Packs, long Bytes);
}
