namespace Holdfast.Cli.Volume;

/// <summary>A volume as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
/// <param name="Node">For administrators, as are the two behind it.</param>
/// <param name="OperationId">In the answer to what an operation does.</param>
internal sealed record VolumeObject(
    string Id,
    string? Name,
    string? Description,
    string Status,
    string ProjectId,
    string UserId,
    int Size,
    long Bytes,
    string Kind,
    bool Registered,
    string AvailabilityZone,
    string? SourceBackupId,
    string? Node,
    string? Root,
    string? Path,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt,
    string? OperationId
)
{
    private static readonly string[] Headings = ["ID", "Name", "Status", "Size", "Kind", "Project", "Created"];

    public static void WriteTable(Output output, IReadOnlyList<VolumeObject> volumes)
    {
        output.Table(
            Headings,
            volumes.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.Name ?? "",
                        one.Status,
                        $"{one.Size} GiB",
                        one.Kind,
                        one.ProjectId,
                        Output.Time(one.CreatedAt),
                    ]
            )
        );
        output.Line($"{volumes.Count} {(volumes.Count == 1 ? "volume" : "volumes")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        string[][] place = Root is null
            ? []
            :
            [
                ["node", Node ?? ""],
                ["root", Root],
                ["path", Path ?? ""],
            ];
        string[][] operation = OperationId is null
            ? []
            :
            [
                ["operation_id", OperationId],
            ];
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["name", Name ?? ""],
                ["description", Description ?? ""],
                ["status", Status],
                ["project_id", ProjectId],
                ["size", $"{Size} GiB"],
                ["bytes", $"{Bytes}"],
                ["kind", Kind],
                ["registered", Registered ? "yes" : "no"],
                ["availability_zone", AvailabilityZone],
                ["source_backup_id", SourceBackupId ?? ""],
                .. place,
                ["created_at", Output.Time(CreatedAt)],
                ["updated_at", UpdatedAt is { } time ? Output.Time(time) : ""],
                .. operation,
            ]
        );
    }
}
