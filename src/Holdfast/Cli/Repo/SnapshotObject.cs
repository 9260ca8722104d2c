using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary>A snapshot in JSON, with restic's members.</summary>
internal sealed record SnapshotObject(
    DateTimeOffset Time,
    string? Parent,
    string Tree,
    IReadOnlyList<string> Paths,
    string Hostname,
    string Username,
    uint Uid,
    uint Gid,
    IReadOnlyList<string>? Excludes,
    IReadOnlyList<string>? Tags,
    string? Original,
    string? ProgramVersion,
    SnapshotSummary? Summary,
    string Id,
    string ShortId
)
{
    public static SnapshotObject Of(Snapshot snapshot) =>
        new(
            snapshot.Time,
            snapshot.Parent?.ToString(),
            snapshot.Tree.ToString(),
            snapshot.Paths,
            snapshot.Hostname,
            snapshot.Username,
            snapshot.Uid,
            snapshot.Gid,
            snapshot.Excludes.Count == 0 ? null : snapshot.Excludes,
            snapshot.Tags.Count == 0 ? null : snapshot.Tags,
            snapshot.Original?.ToString(),
            snapshot.ProgramVersion.Length == 0 ? null : snapshot.ProgramVersion,
            snapshot.Summary,
            snapshot.Id.ToString(),
            ShortIdOf(snapshot)
        );

    /// <summary>The eight digits by which people call a snapshot.</summary>
    public static string ShortIdOf(Snapshot snapshot) => snapshot.Id.ToString()[..8];
}
