using System.Globalization;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>What our snapshots say of themselves, so that a repository can be understood without a catalog.</summary>
internal static class SnapshotTags
{
    public const string ErrorsTag = "errors=";

    private const string BackupTag = "backup=";
    private const string OperationTag = "op=";
    private const string CaptureTag = "capture=";

    public static IReadOnlyList<string> For(Operation claimed, Share share, string capture) =>
        For(claimed, "share=" + share.Id, capture);

    public static IReadOnlyList<string> For(Operation claimed, Volume volume, string capture) =>
        For(claimed, "volume=" + volume.Id, capture);

    private static IReadOnlyList<string> For(Operation claimed, string source, string capture) =>
        [source, BackupTag + claimed.BackupId, OperationTag + ClaimName.Of(claimed), CaptureTag + capture];

    /// <summary>Whether this claim of the operation, or an earlier one, made the snapshot.</summary>
    public static bool IsOf(Snapshot snapshot, Operation claimed) =>
        BackupOf(snapshot) == claimed.BackupId
        && snapshot.Tags.Any(tag => tag.StartsWith($"{OperationTag}{claimed.Id}.", StringComparison.Ordinal));

    /// <returns>Null for a snapshot that is not ours: one tag alone could be anybody's.</returns>
    public static string? BackupOf(Snapshot snapshot) =>
        snapshot.Hostname == CreateBackup.Hostname
        && Value(snapshot, OperationTag) is { } claim
        && ClaimName.TryParse(claim, out _, out _)
            ? Value(snapshot, BackupTag)
            : null;

    /// <summary>The share or volume that it is of: its one directory has that name, too.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: it is no snapshot of ours.</exception>
    public static string SourceOf(Snapshot snapshot) =>
        snapshot.Paths is [['/', .. { Length: > 0 } source]]
            ? source
            : throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"Snapshot {snapshot.Id} does not have the one path that it was made with."
            );

    public static string CaptureOf(Snapshot snapshot) => Value(snapshot, CaptureTag) ?? Capture.Live;

    /// <summary>Entries that are not in the snapshot as they were.</summary>
    public static long ErrorsOf(Snapshot snapshot) =>
        long.TryParse(Value(snapshot, ErrorsTag), NumberStyles.None, CultureInfo.InvariantCulture, out long errors)
            ? errors
            : 0;

    private static string? Value(Snapshot snapshot, string tag) =>
        snapshot.Tags.FirstOrDefault(text => text.StartsWith(tag, StringComparison.Ordinal))?[tag.Length..];
}
