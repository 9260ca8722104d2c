namespace Holdfast.BrowserTests.Site;

/// <param name="Status">That it is answered with.</param>
/// <param name="ByAdministrator">Whether an administrator looks at it, and not the owner.</param>
public sealed record PageOfSite(string Name, string Path, int Status = 200, bool ByAdministrator = false);

/// <summary>Every page that there is, with something to see on it.</summary>
internal static class Pages
{
    public static IReadOnlyList<PageOfSite> Of(World world) =>
        [
            new("overview", "/dashboard"),
            new("shares", "/dashboard/shares"),
            new("share", $"/dashboard/shares/{world.Share.Id}"),
            new("search", $"/dashboard/shares/{world.Share.Id}/search?name=report"),
            new("history", $"/dashboard/shares/{world.Share.Id}/history/documents/report.txt"),
            new("volumes", "/dashboard/volumes"),
            new("volume", $"/dashboard/volumes/{world.Volume.Id}"),
            new("volume-backup", $"/dashboard/backups/{world.VolumeBackup}"),
            new("volume-image", $"/dashboard/backups/{world.VolumeBackup}/files/volume.raw"),
            new("restore-volume", $"/dashboard/backups/{world.VolumeBackup}/restore-volume"),
            new("backup", $"/dashboard/backups/{world.Backup}"),
            new("directory", $"/dashboard/backups/{world.Backup}/files/"),
            new("file", $"/dashboard/backups/{world.Backup}/files/documents/report.txt"),
            new("restore", $"/dashboard/backups/{world.Backup}/restore/documents/report.txt"),
            new("delete", $"/dashboard/backups/{world.Backup}/delete"),
            new("schedules", "/dashboard/schedules"),
            new("schedule", $"/dashboard/schedules/{world.Schedule}"),
            new("schedule-preview", $"/dashboard/schedules/{world.Schedule}?keep_last=1"),
            new("operations", "/dashboard/operations"),
            new("operation", $"/dashboard/operations/{world.Operation}"),
            new("sharings", "/dashboard/sharings"),
            new("audit", "/dashboard/audit"),
            new("projects", "/dashboard/projects"),
            new("not-found", "/dashboard/backups/none", Status: 404),
            new("service", "/dashboard/service", ByAdministrator: true),
        ];
}
