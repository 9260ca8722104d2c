using Holdfast.Core.Catalog;

namespace Holdfast.Core.Model;

/// <summary>
/// Where a project, or an administrator for all of them, wants to be told what happened. Its events are delivered at least
/// once each, signed as Standard Webhooks (standardwebhooks.com) says. Times are UTC, microseconds.
/// </summary>
public sealed record Webhook
{
    /// <summary>How many a project may have.</summary>
    public const int MostOfProject = 20;

    public required string Id { get; init; }

    /// <summary>Whose events; null: all projects'.</summary>
    public string? ProjectId { get; init; }
    public required string UserId { get; init; }

    /// <summary>http or https.</summary>
    public required string Url { get; init; }

    /// <summary>Of <see cref="WebhookEvent"/>; none: all of them.</summary>
    public TextList Events { get; init; } = new([]);
    public required bool Enabled { get; init; }

    /// <summary>Who chose the URL may name any host; otherwise it must be on the operator's list whenever something is sent.</summary>
    public required bool AnyHost { get; init; }

    /// <summary>What signs, as the master key has sealed it.</summary>
    public required byte[] SealedSecret { get; init; }

    /// <summary>How often in a row the target has not been there.</summary>
    public int Failures { get; init; }

    /// <summary>When the target is tried again; null: it is there.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Why the last delivery did not arrive; null when it did.</summary>
    public string? Problem { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    public bool Wants(string type) => Events.Items.Count == 0 || Events.Items.Contains(type);
}

/// <summary>What a webhook can be told.</summary>
public static class WebhookEvent
{
    public const string BackupSucceeded = "backup.succeeded";
    public const string BackupFailed = "backup.failed";

    /// <summary>A verification or a drill has found data of the backup gone or changed.</summary>
    public const string BackupDamaged = "backup.damaged";
    public const string RestoreSucceeded = "restore.succeeded";
    public const string RestoreFailed = "restore.failed";
    public const string DrillFailed = "drill.failed";

    /// <summary>The share has no good backup of when there should be one.</summary>
    public const string ShareOverdue = "share.overdue";

    /// <summary>The same of a volume.</summary>
    public const string VolumeOverdue = "volume.overdue";

    public static IReadOnlyList<string> All { get; } =
    [
        BackupSucceeded,
        BackupFailed,
        BackupDamaged,
        RestoreSucceeded,
        RestoreFailed,
        DrillFailed,
        ShareOverdue,
        VolumeOverdue,
    ];

    /// <summary>Sent when somebody asks for it, whatever the webhook wants.</summary>
    public const string Test = "webhook.test";
}

/// <summary>An event on its way to a webhook.</summary>
public sealed record WebhookDelivery
{
    public required string WebhookId { get; init; }
    public required string EventId { get; init; }

    /// <summary>JSON text, which is signed as it is.</summary>
    public required string Body { get; init; }

    /// <summary>How often the target has refused it.</summary>
    public int Attempts { get; init; }

    /// <summary>Null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
