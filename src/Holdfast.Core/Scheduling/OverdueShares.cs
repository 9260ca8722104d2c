using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Scheduling;

/// <summary>
/// Tells webhooks once when a share has become overdue, and again only after it was not. Nobody looks at projects that no
/// webhook asks for.
/// </summary>
public sealed class OverdueShares(ICatalog catalog, TimeProvider time)
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
            .. (await session.Webhooks.AllAsync()).Where(one => one.Enabled && one.Wants(WebhookEvent.ShareOverdue)),
        ];
        return asking.Any(one => one.ProjectId is null)
            ? await session.Shares.ProjectsAsync()
            : [.. asking.Select(one => one.ProjectId!).Distinct()];
    }

    /// <returns>Of how many shares.</returns>
    private async Task<int> TellAsync(string project, CancellationToken cancellationToken)
    {
        // Looking costs no write lock; most looks find nothing.
        IReadOnlyList<ShareProtection> mistold = await catalog.ReadAsync(
            session => session.Protection(project, time.Now()).MistoldAsync(AtOnce),
            cancellationToken
        );
        if (mistold.Count > 0)
        {
            string[] ids = [.. mistold.Select(one => one.ShareId)];
            await catalog.WriteAsync(session => TellAsync(session, project, ids), cancellationToken);
        }
        return mistold.Count;
    }

    private async Task TellAsync(ICatalogSession session, string project, string[] shares)
    {
        DateTimeOffset now = time.Now();
        ProtectionRows rows = session.Protection(project, now);
        foreach (ShareProtection share in await rows.OfSharesAsync(shares))
        {
            if (!share.IsOverdue)
            {
                await rows.ForgetOverdueAsync(share.ShareId);
            }
            else if (share.OverdueToldAt is null)
            {
                await session.AnnounceOverdueAsync(project, share, now);
                await rows.ToldOverdueAsync(share.ShareId);
            }
        }
    }
}
