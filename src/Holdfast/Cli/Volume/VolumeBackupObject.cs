namespace Holdfast.Cli.Volume;

/// <summary>A volume's backup that was begun, as the native API has it, and as <c>--json</c> shows it.</summary>
internal sealed record VolumeBackupObject(
    string Id,
    string? Name,
    string? Description,
    string Status,
    string ProjectId,
    string UserId,
    string VolumeId,
    int Size,
    string AvailabilityZone,
    DateTimeOffset CreatedAt,
    string OperationId
)
{
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
                ["volume_id", VolumeId],
                ["size", $"{Size} GiB"],
                ["availability_zone", AvailabilityZone],
                ["created_at", Output.Time(CreatedAt)],
                ["operation_id", OperationId],
            ]
        );
    }
}
