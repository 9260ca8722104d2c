namespace Holdfast.Cli.Sharing;

/// <summary>A sharing as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
/// <param name="Backup">Null in the answer to a change.</param>
internal sealed record SharingObject(
    string Id,
    string BackupId,
    string FromProjectId,
    string ToProjectId,
    string State,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt,
    SharedBackupObject? Backup
)
{
    private static readonly string[] Headings = ["ID", "State", "Backup", "Name", "From", "To", "Created", "Expires"];

    public static void WriteTable(Output output, IReadOnlyList<SharingObject> sharings)
    {
        output.Table(
            Headings,
            sharings.Select(one =>
                (IReadOnlyList<string>)
                    [
                        one.Id,
                        one.State,
                        one.BackupId,
                        one.Backup?.Name ?? "",
                        one.FromProjectId,
                        one.ToProjectId,
                        Output.Time(one.CreatedAt),
                        Output.Time(one.ExpiresAt),
                    ]
            )
        );
        output.Line($"{sharings.Count} {(sharings.Count == 1 ? "sharing" : "sharings")}");
    }

    public void Write(Output output)
    {
        output.Object(this);
        string[][] backup = Backup is null
            ? []
            :
            [
                ["backup name", Backup.Name ?? ""],
                ["backup status", Backup.Status],
                ["share_id", Backup.ShareId ?? ""],
                ["volume_id", Backup.VolumeId ?? ""],
                ["size", $"{Backup.Size} GiB"],
            ];
        output.Table(
            ["Field", "Value"],
            [
                ["id", Id],
                ["state", State],
                ["backup_id", BackupId],
                .. backup,
                ["from_project_id", FromProjectId],
                ["to_project_id", ToProjectId],
                ["expires_at", Output.Time(ExpiresAt)],
                ["created_at", Output.Time(CreatedAt)],
                ["updated_at", Output.Time(UpdatedAt)],
            ]
        );
    }
}

/// <summary>What a recipient is shown of a backup.</summary>
internal sealed record SharedBackupObject(
    string Id,
    string? Name,
    string Status,
    string? ShareId,
    string? VolumeId,
    int Size,
    string AvailabilityZone,
    DateTimeOffset CreatedAt
);
