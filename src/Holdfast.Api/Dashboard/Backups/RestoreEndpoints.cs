using System.Globalization;
using System.Text;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Api.Native.Backups;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Backups;

/// <param name="Entry">What is restored; its path is empty for everything.</param>
/// <param name="Targets">The project's shares; the one that the backup is of comes first, where it is among them.</param>
/// <param name="Beside">The directory of the share that is made for what is restored beside the original.</param>
public sealed record RestoreModel(Backup Backup, BackupEntry Entry, IReadOnlyList<Share> Targets, string Beside)
{
    public bool IsWhole => Entry.Path.Length == 0;
}

/// <summary>From a file in a backup back to the share: what will change is said first, then it is done.</summary>
internal static class RestoreEndpoints
{
    private const string InPlace = "replace";
    private const string Beside = "beside";
    private const int MostTargets = 200;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("backups/{id}/restore/{**path}").Get(AskAsync).Post(RestoreAsync),
    ];

    private static async Task AskAsync(DashboardRequest request)
    {
        Backup backup = await BackupEndpoints.FindAsync(request);
        BackupLook look = await request
            .Service<BackupFileService>()
            .LookAsync(request.Caller, backup.Id, Path(request), from: [], limit: 1, request.Aborted);
        await request.PageAsync<RestorePage, RestoreModel>(
            "Restore",
            Section.Shares,
            new RestoreModel(
                backup,
                look.Entry,
                await TargetsAsync(request, backup),
                "restored-"
                    + request
                        .Service<TimeProvider>()
                        .GetUtcNow()
                        .UtcDateTime.ToString("yyyy-MM-dd-HHmmss", CultureInfo.InvariantCulture)
            )
        );
    }

    private static async Task RestoreAsync(DashboardRequest request)
    {
        byte[]? into = request.Field("how") switch
        {
            InPlace => null,
            Beside => EntryPath.OfText(
                // What is typed stands for itself.
                (request.Field("into") ?? "").Replace("%", "%25", StringComparison.Ordinal),
                "into"
            ),
            _ => throw Problem.BadRequest("Say whether to restore beside what is there, or in its place."),
        };
        Operation queued = await request
            .Service<BackupFileService>()
            .RestoreAsync(
                request.Caller,
                request.Id,
                request.Field("share_id"),
                new RestoreSelection([Path(request)], into is { Length: > 0 } ? into : null),
                request.Aborted
            );
        request.Lead(Links.Operation(queued.Id));
    }

    private static byte[] Path(DashboardRequest request) => request.SharePath("backups", "restore");

    private static async Task<IReadOnlyList<Share>> TargetsAsync(DashboardRequest request, Backup backup)
    {
        List<Share> shares = [];
        ShareQuery query = new() { Page = new Page(MostTargets, SortKey: "name", SortDirection: "asc") };
        await foreach (
            Share share in await request.Service<ShareService>().ListAsync(request.Caller, query, request.Aborted)
        )
        {
            shares.Add(share);
        }
        return [.. shares.OrderByDescending(share => share.Id == backup.ShareId)];
    }
}
