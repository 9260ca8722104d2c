using System.Globalization;
using System.Text.Json.Serialization;

namespace Holdfast.Cli.Operation;

/// <summary>An operation as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
internal sealed record OperationObject(
    string Id,
    string Kind,
    string Status,
    string? ProjectId,
    string? ShareId,
    string? VolumeId,
    string? BackupId,
    long Done,
    long Total,
    int Percent,
    string? Phase,
    long Bytes,
    long Files,
    long? Rate,
    long? RemainingSeconds,
    string? Message,
    int Attempts,
    string? Node,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt
)
{
    private static readonly string[] Headings =
    [
        "ID",
        "Kind",
        "Status",
        "Percent",
        "Source",
        "Backup",
        "Created",
        "Message",
    ];

    // A span of time has no longer one to show.
    private const long Longest = 100L * 365 * 24 * 3600;

    // A backup of a share counts bytes or, while there is no earlier one to tell how many, files.
    private bool CountsBytes =>
        Kind is "restore_backup" or "restore_files" || Kind.Contains("volume", StringComparison.Ordinal);

    [JsonIgnore]
    public bool HasEnded => Status is not ("queued" or "running");

    [JsonIgnore]
    public Step Step => new(Kind, Done, Total, CountsBytes, $"{Kind} {Status}");

    public static void WriteTable(Output output, IReadOnlyList<OperationObject> operations)
    {
        output.Table(
            Headings,
            operations.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Kind,
                        one.Status,
                        $"{one.Percent}",
                        one.ShareId ?? one.VolumeId ?? "",
                        one.BackupId ?? "",
                        Output.Time(one.CreatedAt),
                        one.Message ?? "",
                    ]
            )
        );
        output.Line($"{operations.Count} {(operations.Count == 1 ? "operation" : "operations")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["kind", Kind],
                ["status", Status],
                ["project_id", ProjectId ?? ""],
                ["share_id", ShareId ?? ""],
                ["volume_id", VolumeId ?? ""],
                ["backup_id", BackupId ?? ""],
                ["done", Amount(Done)],
                ["total", Amount(Total)],
                ["percent", $"{Percent}"],
                ["phase", Phase ?? ""],
                ["bytes", Output.Size(Bytes)],
                ["files", Files.ToString(CultureInfo.InvariantCulture)],
                ["rate", Rate is { } rate ? $"{Output.Size(rate)}/s" : ""],
                [
                    "remaining",
                    RemainingSeconds is { } seconds ? $"{TimeSpan.FromSeconds(Math.Min(seconds, Longest)):g}" : "",
                ],
                ["message", Message ?? ""],
                ["attempts", $"{Attempts}"],
                .. Node is null
                    ? Array.Empty<string[]>()
                    :
                    [
                        ["node", Node],
                    ],
                ["created_at", Output.Time(CreatedAt)],
                ["started_at", Output.Time(StartedAt)],
                ["finished_at", Output.Time(FinishedAt)],
            ]
        );
    }

    private string Amount(long count) =>
        CountsBytes ? Output.Size(count) : count.ToString(CultureInfo.InvariantCulture);
}
