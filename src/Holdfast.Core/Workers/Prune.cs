using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Prune;

namespace Holdfast.Core.Workers;

/// <summary>
/// Gives back the space of removed backups, when it is worth it: dead bytes beyond a twentieth, or a week since the last
/// time. It holds the exclusive lock, so it takes at most ten minutes; what is left waits for the next.
/// </summary>
public sealed class Prune(ICatalog catalog, ProjectRepositories repositories, TimeProvider time) : IOperationHandler
{
    public static readonly TimeSpan AtLeastEvery = TimeSpan.FromDays(7);
    private const int WorthwhilePercent = 5;

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

    /// <returns>False when there was too little to do, or time to do it all: another run is due.</returns>
    private async Task<bool> PruneAsync(
        ClaimedOperation claimed,
        ProjectRepository row,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: true, cancellationToken);
        return await held.WhileHeldAsync(token => PruneAsync(repository, row, token), cancellationToken);
    }

    private async Task<bool> PruneAsync(
        Repository repository,
        ProjectRepository row,
        CancellationToken cancellationToken
    )
    {
        // Under the lock: a backup is named after its snapshot is stored, and no longer before that is removed.
        IReadOnlyList<string> named = await catalog.ReadAsync<IReadOnlyList<string>>(
            async session =>
                [
                    .. await session.Backups.SnapshotIdsAsync(row.ProjectId),
                    .. await session.Operations.PinnedOfRepositoryAsync(row.ProjectId),
                ],
            cancellationToken
        );
        PruneOptions options = new() { Required = named.Select(id => Id.Parse(id)).ToHashSet() };
        PruneRun run = await PruneRun.PlanAsync(repository, options, progress: null, cancellationToken);
        PrunePlan plan = run.Plan;
        bool due = time.GetUtcNow() - (row.PrunedAt ?? row.CreatedAt) >= AtLeastEvery;
        if (!due && plan.FreedBytes * 100 <= WorthwhilePercent * (plan.FreedBytes + plan.UsedBytes))
        {
            return false;
        }
        PruneReport report = await run.ExecuteAsync(progress: null, cancellationToken);
        return !report.StoppedEarly;
    }
}
