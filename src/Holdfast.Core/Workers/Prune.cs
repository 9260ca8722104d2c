using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance;
using Holdfast.Engine.Maintenance.Prune;

namespace Holdfast.Core.Workers;

/// <summary>
/// Gives back the space of removed backups, when it is worth it: dead bytes beyond a twentieth, or a week since the last
/// time. It plans beside running backups, and then holds the exclusive lock for at most ten minutes; what is left waits for
/// the next.
/// </summary>
public sealed class Prune(ICatalog catalog, ProjectRepositories repositories, TimeProvider time) : IOperationHandler
{
    public static readonly TimeSpan AtLeastEvery = TimeSpan.FromDays(7);
    private const int WorthwhilePercent = 5;

    /// <summary>A plan is not thrown away at once because a backup runs; but it keeps a worker and memory.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromSeconds(2);

    public string Kind => OperationKind.Prune;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        string project = claimed.Row.ProjectId;
        ProjectRepository? row = await catalog.ReadAsync(s => s.Repositories.FindAsync(project), cancellationToken);
        bool pruned = row is not null && await PruneAsync(claimed, row, cancellationToken);
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (pruned)
                {
                    await session.Repositories.PrunedAsync(project, row!.FreedSnapshots, now);
                }
            },
            cancellationToken
        );
    }

    /// <returns>False when there was too little to do, or no time to do it all: another run is due.</returns>
    private async Task<bool> PruneAsync(
        ClaimedOperation claimed,
        ProjectRepository row,
        CancellationToken cancellationToken
    )
    {
        LatestStep progress = new();
        claimed.Progress = progress.Read;
        PruneOptions options = new() { Required = token => NamedAsync(row.ProjectId, token) };
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        PruneRun run;
        await using (RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken))
        {
            run = await held.WhileHeldAsync(
                token => PruneRun.PlanAsync(repository, options, progress, token),
                cancellationToken
            );
        }
        PrunePlan plan = run.Plan;
        bool due = time.GetUtcNow() - (row.PrunedAt ?? row.CreatedAt) >= AtLeastEvery;
        if (!due && plan.FreedBytes * 100 <= WorthwhilePercent * (plan.FreedBytes + plan.UsedBytes))
        {
            return false;
        }
        await using RepositoryLock alone = await LockAsync(repository, cancellationToken);
        PruneReport report = await alone.WhileHeldAsync(token => run.ExecuteAsync(progress, token), cancellationToken);
        return !report.StoppedEarly;
    }

    /// <summary>Waits a while for others to end.</summary>
    private async Task<RepositoryLock> LockAsync(Repository repository, CancellationToken cancellationToken)
    {
        DateTimeOffset until = time.GetUtcNow() + LockPatience;
        while (true)
        {
            try
            {
                return await repository.LockAsync(exclusive: true, cancellationToken);
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.Locked && time.GetUtcNow() < until)
            {
                await Task.Delay(LockPause, time, cancellationToken);
            }
        }
    }

    // Asked under the lock: a backup is named after its snapshot is stored, and no longer before that is removed.
    private Task<IReadOnlySet<Id>> NamedAsync(string project, CancellationToken cancellationToken) =>
        catalog.ReadAsync<IReadOnlySet<Id>>(
            async session =>
            {
                IEnumerable<string> backups = await session.Backups.SnapshotIdsAsync(project);
                IEnumerable<string> pinned = await session.Operations.PinnedOfRepositoryAsync(project);
                return backups.Concat(pinned).Select(id => Id.Parse(id)).ToHashSet();
            },
            cancellationToken
        );
}
