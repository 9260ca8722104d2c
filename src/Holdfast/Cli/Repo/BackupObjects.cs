using System.Text.Json.Serialization;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary>One entry that could not be read as it was.</summary>
internal sealed record BackupProblemObject(string Item, string Reason, string? Errno)
{
    [JsonPropertyOrder(-1)]
    public string MessageType => "error";
}

/// <summary>What a backup did, with restic's members and the count of item errors.</summary>
internal sealed record BackupSummaryObject(
    long FilesNew,
    long FilesChanged,
    long FilesUnmodified,
    long DirsNew,
    long DirsChanged,
    long DirsUnmodified,
    long DataBlobs,
    long TreeBlobs,
    long DataAdded,
    long DataAddedPacked,
    long TotalFilesProcessed,
    long TotalBytesProcessed,
    double TotalDuration,
    DateTimeOffset BackupStart,
    DateTimeOffset BackupEnd,
    long ItemErrors,
    string SnapshotId
)
{
    [JsonPropertyOrder(-1)]
    public string MessageType => "summary";

    public static BackupSummaryObject Of(Snapshot snapshot, SnapshotSummary summary, long itemErrors) =>
        new(
            summary.FilesNew,
            summary.FilesChanged,
            summary.FilesUnmodified,
            summary.DirsNew,
            summary.DirsChanged,
            summary.DirsUnmodified,
            summary.DataBlobs,
            summary.TreeBlobs,
            summary.DataAdded,
            summary.DataAddedPacked,
            summary.TotalFilesProcessed,
            summary.TotalBytesProcessed,
            (summary.BackupEnd - summary.BackupStart).TotalSeconds,
            summary.BackupStart,
            summary.BackupEnd,
            itemErrors,
            snapshot.Id.ToString()
        );
}
