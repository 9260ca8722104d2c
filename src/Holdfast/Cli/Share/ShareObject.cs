using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Cli.Share;

/// <summary>A share as Manila's API has it, and as <c>--json</c> shows it.</summary>
/// <param name="Size">GiB; a promise, not a limit.</param>
/// <param name="ExportLocation">Node and directory; absent while it is made.</param>
internal sealed record ShareObject(
    string Id,
    string? Name,
    string? Description,
    string Status,
    string ProjectId,
    int Size,
    string ShareProto,
    string AvailabilityZone,
    string? SnapshotId,
    bool IsPublic,
    string? ExportLocation,
    [property: JsonConverter(typeof(ShareObject.ManilaTime))] DateTimeOffset CreatedAt
)
{
    private static readonly string[] Headings = ["ID", "Name", "Status", "Size", "Protocol", "Project", "Created"];

    public static void WriteTable(Output output, IReadOnlyList<ShareObject> shares)
    {
        output.Table(
            Headings,
            shares.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Name ?? "",
                        one.Status,
                        $"{one.Size} GiB",
                        one.ShareProto,
                        one.ProjectId,
                        Output.Time(one.CreatedAt),
                    ]
            )
        );
        output.Line($"{shares.Count} {(shares.Count == 1 ? "share" : "shares")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["name", Name ?? ""],
                ["description", Description ?? ""],
                ["status", Status],
                ["project_id", ProjectId],
                ["size", $"{Size} GiB"],
                ["share_proto", ShareProto],
                ["availability_zone", AvailabilityZone],
                ["snapshot_id", SnapshotId ?? ""],
                ["is_public", IsPublic ? "yes" : "no"],
                ["export_location", ExportLocation ?? ""],
                ["created_at", Output.Time(CreatedAt)],
            ]
        );
    }

    /// <summary>Manila's times are UTC and do not say so; ours do.</summary>
    internal sealed class ManilaTime : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) =>
            DateTimeOffset.TryParse(
                reader.GetString(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTimeOffset time
            )
                ? time
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(
                value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            );
    }
}

/// <summary>What one share is wrapped in.</summary>
internal sealed record ShareAnswer(ShareObject Share);
