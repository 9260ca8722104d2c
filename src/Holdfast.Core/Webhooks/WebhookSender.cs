using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Webhooks;

/// <summary>
/// Sends what is queued for webhooks, at least once each: on the node that has the scheduler's lease, so many targets at
/// once, and to each one event after the other. A target that is away is tried less and less often, and what has not arrived
/// after a day is given up.
/// </summary>
public sealed class WebhookSender(
    ICatalog catalog,
    WebhookPost post,
    CoreOptions options,
    TimeProvider time,
    ILogger<WebhookSender> logger,
    Instruments instruments
)
{
    private const int AtOnce = 16;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>How long a target with much to take keeps its place from others.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    public Task RunAsync(CancellationToken stopping) => Loops.EveryAsync(Tick, SendDueAsync, time, stopping);

    /// <summary>One round, unless another node is the scheduler.</summary>
    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.Now();
        if (await LookAsync(now, cancellationToken) is not (var due, var old))
        {
            return;
        }
        if (old)
        {
            int dropped = await catalog.WriteAsync(
                session => session.Webhooks.DropAsync(now - Kept),
                cancellationToken
            );
            instruments.WebhooksGivenUp(dropped);
            Log.WebhooksGivenUp(logger, dropped);
        }
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (webhook, token) => await SendAsync(webhook, token)
        );
    }

    /// <returns>Whom something can be sent to, and whether something is too old; null where another node is the scheduler.</returns>
    private Task<(IReadOnlyList<Webhook> Due, bool Old)?> LookAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        catalog.ReadAsync<(IReadOnlyList<Webhook>, bool)?>(
            async session =>
                await session.Leases.HolderAsync(Scheduler.Name) == options.Node
                    ? (await session.Webhooks.DueAsync(now), await session.Webhooks.AnyOlderAsync(now - Kept))
                    : null,
            cancellationToken
        );

    private async Task SendAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        WebhookAnswer answer;
        do
        {
            WebhookDelivery? next = await catalog.ReadAsync(
                session => session.Webhooks.NextAsync(webhook.Id, time.Now()),
                cancellationToken
            );
            if (next is null)
            {
                return;
            }
            answer = await post.SendAsync(webhook, next, cancellationToken);
            instruments.WebhookSent(answer.Arrived);
            await catalog.WriteAsync(session => NoteAsync(session, webhook, next, answer), cancellationToken);
        } while (answer.IsThere && time.GetElapsedTime(began) < Turn);
    }

    private Task NoteAsync(ICatalogSession session, Webhook webhook, WebhookDelivery sent, WebhookAnswer answer)
    {
        DateTimeOffset now = time.Now();
        return answer switch
        {
            { Arrived: true } => session.Webhooks.DeliveredAsync(sent, now),
            { IsThere: true } => session.Webhooks.RefusedAsync(sent, answer.Problem!, now + Rest(sent.Attempts)),
            _ => session.Webhooks.AwayAsync(webhook.Id, answer.Problem!, now + Rest(webhook.Failures)),
        };
    }

    /// <param name="before">How often it went wrong before.</param>
    private static TimeSpan Rest(int before)
    {
        // Doubled ten times it is more than the longest.
        TimeSpan rest = ShortestRest * (1 << Math.Min(before, 10));
        return rest < LongestRest ? rest : LongestRest;
    }
}
