using Holdfast.Api.Dashboard.Layout;
using Holdfast.Core.Model;

namespace Holdfast.Api.Dashboard.Backups;

/// <summary>The way to a backup and into it.</summary>
internal static class BackupCrumbs
{
    /// <param name="last">What the page is beneath the backup; null for the backup's own.</param>
    public static IReadOnlyList<Crumb> Of(Backup backup, string? last = null)
    {
        string title = BackupEndpoints.TitleOf(backup);
        List<Crumb> way = backup.VolumeId is { } volume
            ? [new Crumb(Section.Volumes, $"{DashboardRoutes.Base}/volumes"), new Crumb("Volume", Links.Volume(volume))]
            :
            [
                new Crumb(Section.Shares, $"{DashboardRoutes.Base}/shares"),
                new Crumb("Share", Links.Share(backup.SourceId)),
            ];
        return last is null
            ? [.. way, new Crumb(title)]
            : [.. way, new Crumb(title, Links.Backup(backup.Id)), new Crumb(last)];
    }

    /// <param name="path">Raw bytes, from the share on.</param>
    public static IReadOnlyList<Crumb> OfPath(Backup backup, byte[] path)
    {
        const string root = "Files";
        if (path.Length == 0)
        {
            return Of(backup, root);
        }
        List<Crumb> way = [.. Of(backup, root).SkipLast(1), new Crumb(root, Links.Files(backup.Id, []))];
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            int end = range.End.GetOffset(path.Length);
            string name = Show.Text(path.AsSpan()[range]);
            way.Add(new Crumb(name, end == path.Length ? null : Links.Files(backup.Id, path.AsSpan(0, end))));
        }
        return way;
    }
}
