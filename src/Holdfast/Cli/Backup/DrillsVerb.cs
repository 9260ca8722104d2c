using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup drills</c>: what came of the restores for trial, newest first.</summary>
internal static class DrillsVerb
{
    private static readonly string[] Headings = ["Backup", "Of", "Outcome", "Size", "Took", "When", "Why"];

    private static readonly Option<string?> Backup = new("--backup")
    {
        Description = "Only those of this backup.",
        HelpName = "backup",
    };

    private static readonly Option<string?> Share = new("--share")
    {
        Description = "Only those of backups of this share.",
        HelpName = "share",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("drills", "List restores for trial, newest first.") { Backup, Share, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<DrillObject> all = await NativeList.ReadAsync<Page, DrillObject>(
                            session,
                            "drills",
                            parsed.GetValue(Limit),
                            stop,
                            ("backup_id", parsed.GetValue(Backup)),
                            ("share_id", parsed.GetValue(Share))
                        );
                        output.Object(all);
                        output.Table(Headings, all.Select(Row));
                        output.Line($"{all.Count} {(all.Count == 1 ? "drill" : "drills")}");
                    },
                    stop
                )
        );
        return command;
    }

    private static IReadOnlyList<string> Row(DrillObject one) =>
        [
            one.BackupId,
            one.ShareId ?? one.VolumeId ?? "",
            one.Outcome ?? "not ended",
            Output.Size(one.Bytes),
            one.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s") : "",
            Output.Time(one.FinishedAt ?? one.CreatedAt),
            one.Reason ?? "",
        ];

    private sealed record Page(IReadOnlyList<DrillObject> Drills, string? NextCursor) : INativePage<DrillObject>
    {
        public IReadOnlyList<DrillObject> Rows => Drills;
    }
}
