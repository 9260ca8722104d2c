using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Holdfast.Core.Telemetry;

/// <summary>
/// What the service measures itself with: one meter for the whole process and one for its catalog, and the operations' traces. Whoever exports them
/// listens to meters whose scope is this, so that two services in one process are not mixed up.
/// </summary>
public sealed class Instruments : IDisposable
{
    public const string MeterName = "Holdfast";

    /// <summary>The name of the operations' <see cref="ActivitySource"/>.</summary>
    public const string ActivityName = "Holdfast.Operations";

    private static readonly ActivitySource Activities = new(ActivityName);

    private readonly Histogram<double> operations;
    private readonly Counter<long> operationBytes;
    private readonly Counter<long> webhooks;

    public Instruments()
    {
        Meter = NewMeter();
        operations = Meter.CreateHistogram(
            "holdfast_operation_seconds",
            "s",
            "How long claims of operations take, by what became of them.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.1, 1, 5, 15, 60, 300, 900, 3600, 14400, 43200, 86400],
            }
        );
        operationBytes = Meter.CreateCounter<long>(
            "holdfast_operation_bytes",
            "By",
            "Bytes of sources that operations which succeeded have dealt with."
        );
        webhooks = Meter.CreateCounter<long>(
            "holdfast_webhook_deliveries",
            description: "Attempts to deliver an event to a webhook that arrived or did not, and events that were given up."
        );
    }

    public Meter Meter { get; }

    /// <summary>Another meter that is exported with the others. The caller disposes it.</summary>
    internal Meter NewMeter(string? part = null) =>
        new(new MeterOptions(part is null ? MeterName : $"{MeterName}.{part}") { Scope = this });

    /// <summary>
    /// A trace of its own, as a claim may begin hours after its request and more than once; it is linked to the request's.
    /// </summary>
    /// <returns>Null while nobody listens to traces.</returns>
    internal static Activity? Begin(Model.Operation claimed)
    {
        ActivityLink[] request = ActivityContext.TryParse(claimed.TraceParent, null, out ActivityContext context)
            ? [new ActivityLink(context)]
            : [];
        return Activities
            .StartActivity(claimed.Kind, ActivityKind.Consumer, parentContext: default, links: request)
            ?.SetTag("holdfast.operation.id", claimed.Id)
            .SetTag("holdfast.operation.kind", claimed.Kind)
            .SetTag("holdfast.operation.epoch", claimed.Epoch)
            .SetTag("holdfast.project.id", claimed.ProjectId)
            .SetTag("holdfast.request.id", claimed.RequestId);
    }

    /// <param name="outcome">Of <see cref="OperationOutcome"/>.</param>
    internal void Ended(Model.Operation claimed, string outcome, TimeSpan took)
    {
        KeyValuePair<string, object?> kind = new("kind", claimed.Kind);
        operations.Record(took.TotalSeconds, kind, new("outcome", outcome));
        if (outcome == OperationOutcome.Succeeded && claimed.Bytes > 0)
        {
            operationBytes.Add(claimed.Bytes, kind);
        }
    }

    internal void WebhookSent(bool arrived) =>
        webhooks.Add(1, new KeyValuePair<string, object?>("outcome", arrived ? "arrived" : "failed"));

    internal void WebhooksGivenUp(int count) =>
        webhooks.Add(count, new KeyValuePair<string, object?>("outcome", "given_up"));

    public void Dispose() => Meter.Dispose();
}

/// <summary>What may become of a claim: an end of its operation, or another claim.</summary>
internal static class OperationOutcome
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Failed for now; tried again later.</summary>
    public const string Requeued = "requeued";

    /// <summary>Given back, because the node stops.</summary>
    public const string Returned = "returned";

    /// <summary>Taken from this worker, or not to be ended by it.</summary>
    public const string Lost = "lost";
}
