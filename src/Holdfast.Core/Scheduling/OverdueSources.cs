using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// Tells webhooks once when a share or a volume has become overdue, and again only after it was not. Nobody looks at projects that no
/// webhook asks for.
/// </summary>
public sealed class OverdueSources(ICatalog catalog, TimeProvider time)
{
    // In one transaction; the rest of a project waits for the next.
    private const int AtOnce = 200;

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        foreach (string project in await catalog.ReadAsync(ProjectsAsync, cancellationToken))
        {
            while (await TellAsync(project, cancellationToken) == AtOnce) { }
        }
    }

    private static async Task<IReadOnlyList<string>> ProjectsAsync(ICatalogSession session)
    {
        Webhook[] asking =
        [
            .. (await session.Webhooks.AllAsync()).Where(one =>
                one.Enabled && (one.Wants(WebhookEvent.ShareOverdue) || one.Wants(WebhookEvent.VolumeOverdue))
            ),
        ];
        return asking.Any(one => one.ProjectId is null)
            ? [.. (await session.Shares.ProjectsAsync()).Union(await session.Volumes.ProjectsAsync())]
            : [.. asking.Select(one => one.ProjectId!).Distinct()];
    }

    /// <returns>Of how many.</returns>
    private async Task<int> TellAsync(string project, CancellationToken cancellationToken)
    {
        // Looking costs no write lock; most looks find nothing.
        IReadOnlyList<Protection> mistold = await catalog.ReadAsync(
            session => session.Protection(project, time.Now()).MistoldAsync(AtOnce),
            cancellationToken
        );
        if (mistold.Count > 0)
        {
            await catalog.WriteAsync(session => TellAsync(session, project, mistold), cancellationToken);
        }
        return mistold.Count;
    }

    private async Task TellAsync(ICatalogSession session, string project, IReadOnlyList<Protection> mistold)
    {
        DateTimeOffset now = time.Now();
        ProtectionRows rows = session.Protection(project, now);
        IEnumerable<Protection> still =
        [
            .. await rows.OfSharesAsync([.. mistold.Where(one => !one.OfVolume).Select(one => one.SourceId)]),
            .. await rows.OfVolumesAsync([.. mistold.Where(one => one.OfVolume).Select(one => one.SourceId)]),
        ];
        foreach (Protection one in still)
        {
            if (!one.IsOverdue)
            {
                await rows.ForgetOverdueAsync(one);
            }
            else if (one.OverdueToldAt is null)
            {
                await session.AnnounceOverdueAsync(project, one, now);
                await rows.ToldOverdueAsync(one);
            }
        }
    }
}
