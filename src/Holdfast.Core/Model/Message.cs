namespace Holdfast.Core.Model;

public static class MessageLevel
{
    public const string Error = "ERROR";
    public const string Warning = "WARNING";
    public const string Info = "INFO";
}

/// <summary>Manila's ids of what was being done.</summary>
public static class MessageAction
{
    public const string Create = "002";
    public const string Delete = "007";
    public const string RestoreBackup = "028";

    /// <summary>Seeing whether backups can be restored: ours, as are all from 900 on.</summary>
    public const string Verify = "901";
}

/// <summary>What there is to say. Manila's ids end below 900; those from there on are ours.</summary>
public static class MessageDetail
{
    /// <summary>It failed. Manila's "unknown error": what it was stands in the text.</summary>
    public const string Failed = "001";

    /// <summary>It waits for something, and goes on by itself.</summary>
    public const string Waiting = "901";

    /// <summary>Entries that are not in the backup, or in the share after a restore, as they were.</summary>
    public const string LeftOut = "902";

    /// <summary>A backup was found damaged.</summary>
    public const string Damaged = "904";

    /// <summary>How the share was held still, and what that means.</summary>
    public const string Captured = "903";
}

public static class MessageResource
{
    public const string Share = "SHARE";
    public const string ShareSnapshot = "SHARE_SNAPSHOT";

    /// <summary>As the others are named; Manila has no volumes.</summary>
    public const string Volume = "VOLUME";

    /// <summary>Manila has no type for backups; this is named as its others are.</summary>
    public const string ShareBackup = "SHARE_BACKUP";
    public const string VolumeBackup = "VOLUME_BACKUP";
}

/// <summary>What a project is told of something that happened after its request was answered. Times are UTC, microseconds.</summary>
public sealed record Message
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }

    /// <summary>Of the request that asked for it.</summary>
    public required string RequestId { get; init; }

    /// <summary>Of <see cref="MessageAction"/>.</summary>
    public required string ActionId { get; init; }

    /// <summary>Of <see cref="MessageDetail"/>.</summary>
    public required string DetailId { get; init; }

    /// <summary>Of <see cref="Model.MessageLevel"/>.</summary>
    public required string MessageLevel { get; init; }

    /// <summary>Of <see cref="MessageResource"/>.</summary>
    public required string ResourceType { get; init; }
    public required string ResourceId { get; init; }
    public required string UserMessage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it may be removed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
