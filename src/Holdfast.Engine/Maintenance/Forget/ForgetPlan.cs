using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine.Maintenance.Forget;

/// <summary>A snapshot that stays, and why.</summary>
public readonly record struct KeptSnapshot(Snapshot Snapshot, IReadOnlyList<string> Reasons);

/// <summary>What a policy does to one group; both lists newest first.</summary>
public sealed record ForgetGroupPlan(
    SnapshotGroup Group,
    IReadOnlyList<KeptSnapshot> Keep,
    IReadOnlyList<Snapshot> Remove
);

/// <summary>
/// Which snapshots go and which stay. Made by pure functions, printed or dry-run by whoever asked, then carried out by
/// <see cref="ExecuteAsync"/>.
/// </summary>
public sealed record ForgetPlan(IReadOnlyList<ForgetGroupPlan> Groups)
{
    public IEnumerable<Snapshot> Remove => Groups.SelectMany(group => group.Remove);

    /// <summary>Applies the policy to each group alone.</summary>
    /// <param name="now">Snapshots of the future never count as the latest, from which "within" reaches back.</param>
    public static ForgetPlan Make(
        IEnumerable<Snapshot> snapshots,
        SnapshotGrouping grouping,
        KeepPolicy policy,
        DateTimeOffset now
    ) => new([.. SnapshotGroup.Of(snapshots, grouping).Select(group => Apply(group, policy, now))]);

    /// <summary>Removes these, whatever a policy would say.</summary>
    public static ForgetPlan Of(IEnumerable<Snapshot> snapshots) =>
        new([
            .. SnapshotGroup
                .Of(snapshots, SnapshotGrouping.Host | SnapshotGrouping.Paths)
                .Select(group => new ForgetGroupPlan(group, [], group.Snapshots)),
        ]);

    /// <summary>Removes the plan's snapshots. Stopped halfway, the rest remains as it was.</summary>
    /// <remarks>The caller holds the exclusive lock.</remarks>
    public async Task ExecuteAsync(
        Repository repository,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        List<Snapshot> remove = [.. Remove];
        int removed = 0;
        await repository.RequestEachAsync(
            remove,
            async (snapshot, token) =>
            {
                await repository.DeleteSnapshotAsync(snapshot.Id, token);
                int now = Interlocked.Increment(ref removed);
                progress?.Report(new("removing snapshots", MaintenanceUnit.Objects, now, remove.Count));
            },
            cancellationToken
        );
    }

    private static ForgetGroupPlan Apply(SnapshotGroup group, KeepPolicy policy, DateTimeOffset now)
    {
        // Equal times fall to the id, so that one input always has one plan.
        List<Snapshot> newestFirst =
        [
            .. group.Snapshots.OrderByDescending(snapshot => snapshot.Time).ThenBy(snapshot => snapshot.Id),
        ];
        if (policy.IsEmpty)
        {
            return new(group, [.. newestFirst.Select(snapshot => new KeptSnapshot(snapshot, ["policy is empty"]))], []);
        }
        IReadOnlyList<IReadOnlyList<string>> reasons = policy.Reasons([.. newestFirst.Select(s => s.Time)], now);
        List<KeptSnapshot> keep = [];
        List<Snapshot> remove = [];
        for (int i = 0; i < newestFirst.Count; i++)
        {
            Snapshot snapshot = newestFirst[i];
            List<string> why = [.. TagReasons(snapshot, policy), .. reasons[i]];
            if (why.Count > 0)
            {
                keep.Add(new(snapshot, why));
            }
            else
            {
                remove.Add(snapshot);
            }
        }
        return new(group, keep, remove);
    }

    private static IEnumerable<string> TagReasons(Snapshot snapshot, KeepPolicy policy) =>
        policy
            .Tags.Where(tags => SnapshotFilter.HasTags(snapshot, tags))
            .Select(tags => $"has tags [{string.Join(", ", tags)}]");
}
