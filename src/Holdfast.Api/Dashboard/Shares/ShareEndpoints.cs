using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Dashboard.Operations;
using Holdfast.Api.Dashboard.Schedules;
using Holdfast.Api.Native;
using Holdfast.Api.Native.Backups;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Shares;

/// <param name="Protection">Of each, by its id.</param>
public sealed record SharesModel(
    IReadOnlyList<Share> Shares,
    IReadOnlyDictionary<string, Protection> Protection,
    string? Name,
    string? Next
);

/// <param name="Protected">What the project has of it.</param>
public sealed record ShareModel(
    Share Share,
    ProtectedShare Protected,
    IReadOnlyList<Schedule> Schedules,
    IReadOnlyList<ProvenBackup> Backups,
    string? Next
);

/// <param name="Name">What is looked for; null before somebody has said.</param>
public sealed record SearchModel(string ShareId, string? Name, IReadOnlyList<SearchHit> Hits, string? Next);

/// <param name="Path">Raw bytes, from the share on.</param>
public sealed record HistoryModel(string ShareId, byte[] Path, IReadOnlyList<PathVersion> Versions, string? Next);

/// <summary>Shares, their backups, and what is found in all of them.</summary>
internal static class ShareEndpoints
{
    private const int PageSize = 50;

    // Each is looked for in a backup of its own.
    private const int VersionsShown = 20;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("shares").Get(ListAsync),
        new DashboardRoute("shares/{id}").Get(ShowAsync),
        new DashboardRoute("shares/{id}/backups").Post(BackUpAsync),
        new DashboardRoute("shares/{id}/search").Get(SearchAsync),
        new DashboardRoute("shares/{id}/history/{**path}").Get(HistoryAsync),
    ];

    private static async Task ListAsync(DashboardRequest request)
    {
        ShareQuery query = new()
        {
            NameLike = request.Asked("name"),
            Page = new Page(PageSize + 1, Marker: request.Query["marker"], SortKey: "name", SortDirection: "asc"),
        };
        List<Share> shares = [];
        await foreach (
            Share share in await request.Service<ShareService>().ListAsync(request.Caller, query, request.Aborted)
        )
        {
            shares.Add(share);
        }
        bool more = shares.Count > PageSize;
        shares = [.. shares.Take(PageSize)];
        await request.PageAsync<SharesPage, SharesModel>(
            Section.Shares,
            Section.Shares,
            new SharesModel(
                shares,
                await request
                    .Service<ProtectionService>()
                    .OfSharesAsync(request.Caller, [.. shares.Select(share => share.Id)], request.Aborted),
                query.NameLike,
                more ? $"{DashboardRoutes.Base}/shares?{request.Query.After(shares[^1].Id)}" : null
            )
        );
    }

    private static async Task ShowAsync(DashboardRequest request)
    {
        BackupListQuery query = new()
        {
            ShareId = request.Id,
            Limit = PageSize,
            After = request.After(),
        };
        Share share = await request.Service<ShareService>().GetAsync(request.Caller, request.Id, request.Aborted);
        RowList<ProvenBackup> list = await request
            .Service<BackupListService>()
            .ListAsync(request.Caller, query, request.Aborted);
        await request.PageAsync<SharePage, ShareModel>(
            Show.Name(share.Name, share.Id),
            Section.Shares,
            new ShareModel(
                share,
                await request.Service<ProtectionService>().GetAsync(request.Caller, share.Id, request.Aborted),
                await ScheduleEndpoints.OfAsync(request, shareId: share.Id),
                list.Rows,
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].Backup.CreatedAt, list.Rows[^1].Backup.Id)) : null
            )
        );
    }

    private static async Task BackUpAsync(DashboardRequest request)
    {
        NewBackup asked = new(request.Id, request.Field("name"), Description: null, Options: null, BackupType: null);
        Backup backup = await request.Service<BackupService>().CreateAsync(request.Caller, asked, request.Aborted);
        await OperationEndpoints.LeadToNewestAsync(request, backup.Id);
    }

    private static async Task SearchAsync(DashboardRequest request)
    {
        request.Service<BackupFileService>().Require(request.Caller, "backup_file:get");
        string? name = request.Asked("name");
        SearchResult found = name is null
            ? new SearchResult([], Next: null)
            : await request
                .Service<SearchService>()
                .SearchAsync(
                    request.Caller,
                    new SearchQuery
                    {
                        Name = name,
                        ShareId = request.Id,
                        Limit = PageSize,
                        After = SearchEndpoints.Place(request),
                    },
                    request.Aborted
                );
        await request.PageAsync<SearchPage, SearchModel>(
            "Search",
            Section.Shares,
            new SearchModel(
                request.Id,
                name,
                found.Hits,
                SearchEndpoints.CursorOf(found) is { } cursor ? request.Behind(cursor) : null
            )
        );
    }

    private static async Task HistoryAsync(DashboardRequest request)
    {
        byte[] path = request.SharePath("shares", "history");
        PathHistory found = await request
            .Service<BackupFileService>()
            .HistoryAsync(request.Caller, request.Id, path, request.After(), VersionsShown, request.Aborted);
        await request.PageAsync<HistoryPage, HistoryModel>(
            "History",
            Section.Shares,
            new HistoryModel(
                request.Id,
                path,
                found.Versions,
                found.Next is var (time, id) ? request.Behind(Cursor.Of(time, id)) : null
            )
        );
    }
}
