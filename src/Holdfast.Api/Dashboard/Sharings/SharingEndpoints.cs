using System.Globalization;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Core.Catalog;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Sharings;

/// <param name="NextReceived">Where the list goes on; null at its end.</param>
/// <param name="NextGiven">The same.</param>
public sealed record SharingsModel(
    IReadOnlyList<SharedBackup> Received,
    string? NextReceived,
    IReadOnlyList<SharedBackup> Given,
    string? NextGiven
);

/// <summary>Backups that other projects have given to this one, and that it has given to them.</summary>
internal static class SharingEndpoints
{
    private const int PageSize = 50;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("sharings").Get(ListAsync),
        new DashboardRoute("backups/{id}/sharings").Post(ShareAsync),
        new DashboardRoute("sharings/{id}/accept").Post(request => AnswerAsync(request, accept: true)),
        new DashboardRoute("sharings/{id}/reject").Post(request => AnswerAsync(request, accept: false)),
        new DashboardRoute("sharings/{id}/leave").Post(LeaveAsync),
        new DashboardRoute("sharings/{id}/cancel").Post(CancelAsync),
    ];

    /// <summary>Two lists on one page, each with a cursor of its own.</summary>
    private static async Task ListAsync(DashboardRequest request)
    {
        SharingList received = await ReadAsync(request, received: true);
        SharingList given = await ReadAsync(request, received: false);
        await request.PageAsync<SharingsPage, SharingsModel>(
            Section.Sharings,
            Section.Sharings,
            new SharingsModel(received.Rows, Next(received, "received"), given.Rows, Next(given, "given"))
        );
    }

    private static async Task<SharingList> ReadAsync(DashboardRequest request, bool received)
    {
        string? cursor = request.Query[received ? "received" : "given"];
        SharingQuery query = new()
        {
            Received = received,
            Unaccepted = true,
            Page = new Page(PageSize),
            After = cursor is not null && Cursor.Read(cursor) is var (time, id) ? new RowPlace(time, id) : null,
        };
        return await request.Service<SharingService>().ListAsync(request.Caller, query, request.Aborted);
    }

    private static string? Next(SharingList list, string parameter) =>
        list.Next is null
            ? null
            : $"{DashboardRoutes.Base}/sharings?{parameter}={Cursor.Of(list.Rows[^1].Sharing.CreatedAt, list.Rows[^1].Id)}";

    private static async Task ShareAsync(DashboardRequest request)
    {
        NewSharing asked = new(
            request.Id,
            [request.Field("to_project_id") ?? throw Problem.BadRequest("Enter the id of the project to share with.")],
            request.Field("accept") == "required",
            Until(request.Field("until"))
        );
        await request.Service<SharingService>().ShareAsync(request.Caller, asked, request.Aborted);
        request.Lead(Links.Backup(request.Id));
    }

    /// <summary>The end of a day, UTC.</summary>
    public static DateTimeOffset? Until(string? day) =>
        day is null ? null
        : DateOnly.TryParseExact(
            day,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out DateOnly date
        )
        && date < DateOnly.MaxValue
            ? new DateTimeOffset(date.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
        : throw Problem.BadRequest("Write the day as year-month-day, for example 2030-01-31.");

    private static async Task AnswerAsync(DashboardRequest request, bool accept)
    {
        await request.Service<SharingService>().AnswerAsync(request.Caller, request.Id, accept, request.Aborted);
        LeadToList(request);
    }

    private static async Task LeaveAsync(DashboardRequest request)
    {
        await request.Service<SharingService>().LeaveAsync(request.Caller, request.Id, request.Aborted);
        LeadToList(request);
    }

    private static async Task CancelAsync(DashboardRequest request)
    {
        await request
            .Service<SharingService>()
            .CancelAsync(request.Caller, request.Id, unaccepted: true, request.Aborted);
        LeadToList(request);
    }

    private static void LeadToList(DashboardRequest request) => request.Lead($"{DashboardRoutes.Base}/sharings");
}
