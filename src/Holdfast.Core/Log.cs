using Microsoft.Extensions.Logging;

namespace Holdfast.Core;

/// <summary>Everything that Core says in the log. Ids are stable: 1xx start, 2xx operations, 3xx scheduling, 4xx identity, 5xx policy, 6xx reading.</summary>
internal static partial class Log
{
    private static readonly Func<ILogger, string, string, IDisposable?> Operation = LoggerMessage.DefineScope<
        string,
        string
    >("operation {OperationId} of {RequestId}");

    /// <summary>What is logged until the end of it is of this operation.</summary>
    public static IDisposable? OperationScope(ILogger logger, string operation, string request) =>
        Operation(logger, operation, request);

    [LoggerMessage(100, LogLevel.Information, "Catalog and master key are ready on node {Node}")]
    public static partial void Prepared(ILogger logger, string node);

    [LoggerMessage(101, LogLevel.Warning, "Its shares wait: {Problem} {Advice}")]
    public static partial void RootNotUsable(ILogger logger, string problem, string? advice);

    [LoggerMessage(102, LogLevel.Information, "{Count} operations of an earlier run of this node begin again")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(103, LogLevel.Critical, "A loop that must never end is at fault; the node stops")]
    public static partial void LoopFaulted(ILogger logger, Exception error);

    [LoggerMessage(104, LogLevel.Error, "{Detail}")]
    public static partial void CatalogFailed(ILogger logger, string detail);

    [LoggerMessage(105, LogLevel.Information, "The catalog answers again, after {Seconds:0.0} s")]
    public static partial void CatalogBack(ILogger logger, double seconds);

    [LoggerMessage(200, LogLevel.Information, "{Kind} {Operation} epoch {Epoch} begins (attempt {Attempt})")]
    public static partial void Begins(ILogger logger, string kind, string operation, long epoch, int attempt);

    [LoggerMessage(201, LogLevel.Information, "{Kind} {Operation} epoch {Epoch} ended")]
    public static partial void Ended(ILogger logger, string kind, string operation, long epoch);

    [LoggerMessage(202, LogLevel.Warning, "{Kind} {Operation} epoch {Epoch} will be tried again: {Reason}")]
    public static partial void Requeued(ILogger logger, string kind, string operation, long epoch, string reason);

    [LoggerMessage(203, LogLevel.Error, "{Kind} {Operation} epoch {Epoch} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string kind, string operation, long epoch, string reason);

    [LoggerMessage(204, LogLevel.Error, "{Kind} {Operation} epoch {Epoch} failed by a fault of the program")]
    public static partial void Faulted(ILogger logger, Exception error, string kind, string operation, long epoch);

    [LoggerMessage(205, LogLevel.Warning, "{Kind} {Operation} epoch {Epoch} was taken from this worker")]
    public static partial void Lost(ILogger logger, string kind, string operation, long epoch);

    [LoggerMessage(206, LogLevel.Information, "{Kind} {Operation} epoch {Epoch} was cancelled")]
    public static partial void Cancelled(ILogger logger, string kind, string operation, long epoch);

    [LoggerMessage(
        207,
        LogLevel.Information,
        "{Kind} {Operation} epoch {Epoch} goes back to the queue: the node stops"
    )]
    public static partial void Returned(ILogger logger, string kind, string operation, long epoch);

    [LoggerMessage(208, LogLevel.Error, "{Kind} {Operation} epoch {Epoch} could not be ended; its lease will run out")]
    public static partial void NotEnded(ILogger logger, Exception error, string kind, string operation, long epoch);

    [LoggerMessage(
        209,
        LogLevel.Error,
        "{Kind} {Operation} epoch {Epoch} is given up: {Count} workers in a row were lost at it"
    )]
    public static partial void GivenUp(ILogger logger, string kind, string operation, long epoch, int count);

    [LoggerMessage(
        211,
        LogLevel.Warning,
        "{Kind} {Operation}: backup {Backup} ended with {Count} entries that are not in it as they were"
    )]
    public static partial void LeftOut(ILogger logger, string kind, string operation, string backup, long count);

    [LoggerMessage(
        213,
        LogLevel.Warning,
        "What the next backup of volume {Volume} is compared with cannot be kept: it will read everything"
    )]
    public static partial void NotKept(ILogger logger, Exception error, string volume);

    [LoggerMessage(
        214,
        LogLevel.Warning,
        "The names in snapshot {Snapshot} of share {Share} cannot be kept: a search will read its directories"
    )]
    public static partial void NamesNotKept(ILogger logger, Exception error, string share, string snapshot);

    [LoggerMessage(212, LogLevel.Warning, "{Kind} {Operation} epoch {Epoch} was lost with its worker on node {Node}")]
    public static partial void WorkerLost(ILogger logger, string kind, string operation, long epoch, string? node);

    [LoggerMessage(
        213,
        LogLevel.Warning,
        "Share snapshot {Snapshot} beneath root {Root} has had no row for {Hours} hours and is removed"
    )]
    public static partial void Forgotten(ILogger logger, string snapshot, string root, double hours);

    [LoggerMessage(211, LogLevel.Warning, "Other nodes are not heard; the queue is looked at as ever: {Reason}")]
    public static partial void ChannelBroken(ILogger logger, string reason);

    [LoggerMessage(214, LogLevel.Information, "Other nodes are heard again")]
    public static partial void ChannelMended(ILogger logger);

    [LoggerMessage(302, LogLevel.Warning, "The scheduler's lease could not be given up; it will run out")]
    public static partial void LeaseKept(ILogger logger, Exception error);

    [LoggerMessage(
        303,
        LogLevel.Warning,
        "{Kind} {Operation} waits: no worker that runs now announces share root {Root}"
    )]
    public static partial void Waits(ILogger logger, string kind, string operation, string root);

    [LoggerMessage(304, LogLevel.Warning, "Schedule {Schedule} waits: {Problem}")]
    public static partial void ScheduleWaits(ILogger logger, string schedule, string problem);

    [LoggerMessage(301, LogLevel.Warning, "{Count} operations of workers that were lost begin again")]
    public static partial void LeasesExpired(ILogger logger, int count);

    [LoggerMessage(306, LogLevel.Error, "Schedule {Schedule} cannot be worked on")]
    public static partial void ScheduleFaulted(ILogger logger, string schedule, Exception fault);

    [LoggerMessage(305, LogLevel.Warning, "{Count} events for webhooks have not arrived within a day and are given up")]
    public static partial void WebhooksGivenUp(ILogger logger, int count);

    [LoggerMessage(400, LogLevel.Information, "Signed in to Keystone at {Url} as {User}")]
    public static partial void KeystoneReady(ILogger logger, string user, Uri url);

    [LoggerMessage(
        401,
        LogLevel.Warning,
        "Keystone's user {User} has neither the role 'service' nor 'admin' in project {Project}; unless Keystone's policy says otherwise it may not ask about tokens"
    )]
    public static partial void KeystoneRoleMissing(ILogger logger, string user, string project);

    [LoggerMessage(402, LogLevel.Error, "Requests with tokens that are not known are answered 503: {Trouble}")]
    public static partial void KeystoneAway(ILogger logger, string trouble);

    [LoggerMessage(403, LogLevel.Information, "Keystone answers again")]
    public static partial void KeystoneBack(ILogger logger);

    [LoggerMessage(500, LogLevel.Information, "{Count} rules of the policy files are in force")]
    public static partial void PolicyRead(ILogger logger, int count);

    [LoggerMessage(501, LogLevel.Warning, "Policy: {Doubt}")]
    public static partial void PolicyDoubtful(ILogger logger, string doubt);

    [LoggerMessage(502, LogLevel.Error, "The rules from before stay in force: {Reason}")]
    public static partial void PolicyRefused(ILogger logger, string reason);

    [LoggerMessage(600, LogLevel.Warning, "Backup {Backup} cannot be looked into: {Reason}")]
    public static partial void BackupUnreadable(ILogger logger, string backup, string reason);
}
