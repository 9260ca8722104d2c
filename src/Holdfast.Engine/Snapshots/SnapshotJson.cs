using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Engine.Json;

namespace Holdfast.Engine.Snapshots;

/// <summary>A snapshot object's JSON: what is empty is left out, as restic does.</summary>
internal sealed record SnapshotJson
{
    public DateTimeOffset Time { get; init; }
    public Id? Parent { get; init; }
    public Id Tree { get; init; }
    public IReadOnlyList<string>? Paths { get; init; }
    public string? Hostname { get; init; }
    public string? Username { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint Uid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint Gid { get; init; }
    public IReadOnlyList<string>? Excludes { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public Id? Original { get; init; }
    public string? ProgramVersion { get; init; }
    public SnapshotSummary? Summary { get; init; }

    internal static byte[] Write(Snapshot snapshot) =>
        JsonSerializer.SerializeToUtf8Bytes(From(snapshot), EngineJson.Default.SnapshotJson);

    /// <returns>Null when the JSON is no snapshot.</returns>
    internal static Snapshot? Parse(ReadOnlySpan<byte> json, Id id)
    {
        try
        {
            SnapshotJson? read = JsonSerializer.Deserialize(json, EngineJson.Default.SnapshotJson);
            return read is null || read.Tree.IsZero ? null : read.ToSnapshot(id);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SnapshotJson From(Snapshot snapshot) =>
        new()
        {
            Time = snapshot.Time,
            Parent = snapshot.Parent,
            Tree = snapshot.Tree,
            Paths = snapshot.Paths,
            Hostname = OrNull(snapshot.Hostname),
            Username = OrNull(snapshot.Username),
            Uid = snapshot.Uid,
            Gid = snapshot.Gid,
            Excludes = OrNull(snapshot.Excludes),
            Tags = OrNull(snapshot.Tags),
            Original = snapshot.Original,
            ProgramVersion = OrNull(snapshot.ProgramVersion),
            Summary = snapshot.Summary,
        };

    private Snapshot ToSnapshot(Id id) =>
        new()
        {
            Id = id,
            Time = Time,
            Parent = Parent,
            Tree = Tree,
            Paths = Paths ?? [],
            Hostname = Hostname ?? "",
            Username = Username ?? "",
            Uid = Uid,
            Gid = Gid,
            Excludes = Excludes ?? [],
            Tags = Tags ?? [],
            Original = Original,
            ProgramVersion = ProgramVersion ?? "",
            Summary = Summary,
        };

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static IReadOnlyList<string>? OrNull(IReadOnlyList<string> texts) => texts.Count == 0 ? null : texts;
}
