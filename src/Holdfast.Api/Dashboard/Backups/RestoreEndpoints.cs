using System.Globalization;
using System.Text;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Api.Native.Backups;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Backups;

/// <param name="Entry">What is restored; its path is empty for everything.</param>
/// <param name="Original">The share that the backup is of, where it is the project's and still there.</param>
/// <param name="Others">The project's other shares by name, and not all where there are many.</param>
/// <param name="Beside">The directory of the share that is made for what is restored beside the original.</param>
public sealed record RestoreModel(
    Backup Backup,
    BackupEntry Entry,
    Share? Original,
    IReadOnlyList<Share> Others,
    string Beside
)
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
        if (backup.OfVolume)
        {
            request.Lead(Links.RestoreVolume(backup.Id));
            return;
        }
        BackupLook look = await request
            .Service<BackupFileService>()
            .LookAsync(request.Caller, backup.Id, Path(request), from: [], limit: 1, request.Aborted);
        IReadOnlyList<Share> others = await OthersAsync(request, backup);
        await request.PageAsync<RestorePage, RestoreModel>(
            "Restore",
            Section.Shares,
            new RestoreModel(
                backup,
                look.Entry,
                await OriginalAsync(request, backup),
                others,
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
        // What is in a share may be lost by this: nobody's choice is made for them.
        string target =
            request.Field("share_id") ?? throw Problem.BadRequest("Choose the share that it is restored to.");
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
                target,
                new RestoreSelection([Path(request)], into is { Length: > 0 } ? into : null),
                request.Aborted
            );
        request.Lead(Links.Operation(queued.Id));
    }

    private static byte[] Path(DashboardRequest request) => request.SharePath("backups", "restore");

    private static async Task<Share?> OriginalAsync(DashboardRequest request, Backup backup)
    {
        if (backup.ShareId is not { } id || backup.ProjectId != request.Caller.ProjectId)
        {
            return null;
        }
        try
        {
            Share share = await request.Service<ShareService>().GetAsync(request.Caller, id, request.Aborted);
            return share.ProjectId == request.Caller.ProjectId ? share : null;
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.NotFound)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<Share>> OthersAsync(DashboardRequest request, Backup backup)
    {
        List<Share> shares = [];
        ShareQuery query = new() { Page = new Page(MostTargets, SortKey: "name", SortDirection: "asc") };
        await foreach (
            Share share in await request.Service<ShareService>().ListAsync(request.Caller, query, request.Aborted)
        )
        {
            if (share.Id != backup.ShareId)
            {
                shares.Add(share);
            }
        }
        return shares;
    }
}
