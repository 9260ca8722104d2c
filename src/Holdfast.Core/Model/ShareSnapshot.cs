namespace Holdfast.Core.Model;

/// <summary>Statuses of a share snapshot that Holdfast itself gives; an administrator may set others of Manila's.</summary>
public static class ShareSnapshotStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
    public const string Error = "error";
    public const string Deleting = "deleting";
    public const string ErrorDeleting = "error_deleting";
}

/// <summary>
/// A share as it was, kept beside it beneath its root: quick to make, and gone with the root's disk. It is no backup.
/// Times are UTC, microseconds.
/// </summary>
public sealed record ShareSnapshot
{
    public required string Id { get; init; }

    /// <summary>The project of whoever made it, which for an administrator need not be the share's.</summary>
    public required string ProjectId { get; init; }
    public required string UserId { get; init; }
    public required string ShareId { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>GiB: the share's size when it was made.</summary>
    public required int Size { get; init; }
    public required string Status { get; init; }

    /// <summary>The share's.</summary>
    public required string Protocol { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The share root beneath which it lies.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// How it was taken: <c>snapshot</c>, all at one moment, or <c>copy</c>, file by file; null until it is available.
    /// </summary>
    public string? Capture { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}
