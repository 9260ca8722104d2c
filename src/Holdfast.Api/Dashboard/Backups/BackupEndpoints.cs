using Holdfast.Api.Dashboard.Holds;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native.Backups;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Backups;

/// <param name="IsOwn">False for one that another project has shared.</param>
/// <param name="Sharings">With whom it is shared.</param>
/// <param name="ProvenAt">When it was last proven that it can be restored; null when it was not yet.</param>
/// <param name="Holds">Why it must stay.</param>
public sealed record BackupModel(
    Backup Backup,
    DateTimeOffset? ProvenAt,
    bool IsOwn,
    IReadOnlyList<SharedBackup> Sharings,
    IReadOnlyList<Hold> Holds
)
{
    public bool CanBeRead =>
        Backup.SnapshotId is not null && Backup.Status is not (BackupStatus.Deleting or BackupStatus.Error);
}

/// <param name="Next">Null at the directory's end, and for what is no directory.</param>
public sealed record FilesModel(Backup Backup, BackupLook Look, string? Next);

/// <summary>Backups and what is in them.</summary>
internal static class BackupEndpoints
{
    private const int PageSize = 200;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("backups/{id}").Get(ShowAsync),
        new DashboardRoute("backups/{id}/delete").Get(AskToDeleteAsync).Post(DeleteAsync),
        new DashboardRoute("backups/{id}/files/{**path}").Get(request =>
            request.Query["download"] is null ? BrowseAsync(request) : BackupFileEndpoints.DownloadAsync(request)
        ),
    ];

    private static async Task ShowAsync(DashboardRequest request)
    {
        ProvenBackup found = await request
            .Service<BackupListService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        Backup backup = found.Backup;
        bool isOwn = IsOwn(request, backup);
        await request.PageAsync<BackupPage, BackupModel>(
            TitleOf(backup),
            SectionOf(backup),
            new BackupModel(
                backup,
                found.ProvenAt,
                isOwn,
                await SharingsAsync(request, backup),
                isOwn ? await HoldEndpoints.OfAsync(request, backup) : []
            )
        );
    }

    private static async Task AskToDeleteAsync(DashboardRequest request)
    {
        Backup backup = await FindAsync(request);
        await request.PageAsync<DeletePage, Backup>("Delete a backup", SectionOf(backup), backup);
    }

    private static async Task DeleteAsync(DashboardRequest request)
    {
        Backup backup = await FindAsync(request);
        await (
            backup.OfVolume
                ? request.Service<VolumeBackupService>().DeleteAsync(request.Caller, backup.Id, request.Aborted)
                : request.Service<BackupService>().DeleteAsync(request.Caller, backup.Id, request.Aborted)
        );
        request.Lead(backup.OfVolume ? Links.Volume(backup.SourceId) : Links.Share(backup.SourceId));
    }

    private static async Task BrowseAsync(DashboardRequest request)
    {
        Backup backup = await FindAsync(request);
        byte[] from = request.Query["cursor"] is { } cursor ? EntryPath.After(cursor) : [];
        BackupLook look = await request
            .Service<BackupFileService>()
            .LookAsync(
                request.Caller,
                request.Id,
                request.EntryPath("backups", "files"),
                from,
                PageSize,
                request.Aborted
            );
        string here = Links.Files(backup.Id, look.Entry.Path);
        await request.PageAsync<FilesPage, FilesModel>(
            look.Entry.Path.Length == 0 ? "Files" : Show.Text(look.Entry.Name),
            SectionOf(backup),
            new FilesModel(backup, look, look.More ? $"{here}?cursor={EntryPath.Cursor(look.Entries![^1].Name)}" : null)
        );
    }

    public static async Task<Backup> FindAsync(DashboardRequest request) =>
        (await request.Service<BackupListService>().GetAsync(request.Caller, request.Id, request.Aborted)).Backup;

    public static bool IsOwn(DashboardRequest request, Backup backup) => backup.ProjectId == request.Caller.ProjectId;

    /// <summary>Backups are found by what they are of.</summary>
    public static string SectionOf(Backup backup) => backup.OfVolume ? Section.Volumes : Section.Shares;

    public static string TitleOf(Backup backup) =>
        string.IsNullOrWhiteSpace(backup.Name) ? $"Backup of {Show.Utc(backup.CreatedAt)}" : Show.Text(backup.Name);

    private static async Task<IReadOnlyList<SharedBackup>> SharingsAsync(DashboardRequest request, Backup backup)
    {
        if (!IsOwn(request, backup) || !request.Allows("sharing:get_all"))
        {
            return [];
        }
        SharingQuery query = new() { BackupId = backup.Id, Page = new Page(Sharing.MostRecipients) };
        return (await request.Service<SharingService>().ListAsync(request.Caller, query, request.Aborted)).Rows;
    }
}
