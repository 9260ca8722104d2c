namespace Holdfast.Core.Model;

/// <summary>What a recipient has said to a sharing.</summary>
public static class SharingState
{
    /// <summary>The owner wants it accepted before it counts, and nobody has yet.</summary>
    public const string Pending = "pending";
    public const string Accepted = "accepted";
    public const string Rejected = "rejected";
}

/// <summary>
/// A backup given to another project, to look at and to restore from. It is over when its row is gone, or its time is;
/// the data stays behind the owner's key throughout. Times are UTC, microseconds.
/// </summary>
public sealed record Sharing
{
    /// <summary>How many projects a backup can be shared with at once; VBS's.</summary>
    public const int MostRecipients = 10;

    public required string Id { get; init; }
    public required string BackupId { get; init; }

    /// <summary>The backup's project.</summary>
    public required string FromProjectId { get; init; }
    public required string ToProjectId { get; init; }

    /// <summary>Of <see cref="SharingState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Null: until somebody ends it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}
