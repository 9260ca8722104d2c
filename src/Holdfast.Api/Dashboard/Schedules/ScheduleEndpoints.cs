using System.Globalization;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Native;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Schedules;

public sealed record SchedulesModel(IReadOnlyList<Schedule> Schedules, string? Next);

/// <param name="Preview">What the rules would do that are asked about: its own, or <paramref name="Asked"/>.</param>
/// <param name="Asked">Other rules than it has; null where nobody asks about others.</param>
public sealed record ScheduleModel(Schedule Schedule, SchedulePreview Preview, Retention? Asked);

/// <summary>Backups that come by themselves, and what their rules would delete.</summary>
internal static class ScheduleEndpoints
{
    private const int PageSize = 50;

    public static readonly DashboardRoute[] Routes =
    [
        new DashboardRoute("schedules").Get(ListAsync),
        new DashboardRoute("schedules/{id}").Get(ShowAsync).Post(UpdateAsync),
        new DashboardRoute("schedules/{id}/retention").Post(RetainAsync),
        new DashboardRoute("schedules/{id}/delete").Post(DeleteAsync),
        new DashboardRoute("shares/{id}/schedules").Post(request => CreateAsync(request, request.Id, volumeId: null)),
        new DashboardRoute("volumes/{id}/schedules").Post(request => CreateAsync(request, shareId: null, request.Id)),
    ];

    /// <returns>All of one share or volume, the newest first; none where the caller may not see them.</returns>
    public static async Task<IReadOnlyList<Schedule>> OfAsync(
        DashboardRequest request,
        string? shareId = null,
        string? volumeId = null
    )
    {
        if (!request.Allows("schedule:get_all"))
        {
            return [];
        }
        ScheduleQuery query = new()
        {
            ShareId = shareId,
            VolumeId = volumeId,
            Limit = Schedule.MostOfSource,
        };
        return (await request.Service<ScheduleService>().ListAsync(request.Caller, query, request.Aborted)).Rows;
    }

    private static async Task ListAsync(DashboardRequest request)
    {
        ScheduleQuery query = new() { Limit = PageSize, After = request.After() };
        RowList<Schedule> list = await request
            .Service<ScheduleService>()
            .ListAsync(request.Caller, query, request.Aborted);
        await request.PageAsync<SchedulesPage, SchedulesModel>(
            Section.Schedules,
            Section.Schedules,
            new SchedulesModel(
                list.Rows,
                list.More ? request.Behind(Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id)) : null
            )
        );
    }

    /// <summary>With rules in the query: what those would do. Nothing is changed by asking.</summary>
    private static async Task ShowAsync(DashboardRequest request)
    {
        ScheduleService schedules = request.Service<ScheduleService>();
        Schedule schedule = await schedules.GetAsync(request.Caller, request.Id, request.Aborted);
        Retention? asked = request.Query["keep_last"] is null ? null : Rules(request.Asked);
        SchedulePreview preview = await schedules.PreviewAsync(request.Caller, request.Id, asked, request.Aborted);
        await request.PageAsync<SchedulePage, ScheduleModel>(
            Show.Name(schedule.Name, schedule.Id),
            Section.Schedules,
            new ScheduleModel(schedule, preview, asked)
        );
    }

    private static async Task CreateAsync(DashboardRequest request, string? shareId, string? volumeId)
    {
        NewSchedule asked = new(
            shareId,
            volumeId,
            request.Field("name"),
            request.Field("cron") ?? throw Problem.BadRequest("Say when: for example 30 2 * * *."),
            request.Field("time_zone") ?? "UTC",
            Enabled: true,
            Rules(request.Field)
        );
        Schedule made = await request.Service<ScheduleService>().CreateAsync(request.Caller, asked, request.Aborted);
        request.Lead(Links.Schedule(made.Id));
    }

    private static Task UpdateAsync(DashboardRequest request) =>
        ChangeAsync(
            request,
            new ScheduleChange(
                SetName: true,
                request.Field("name"),
                request.Field("cron"),
                request.Field("time_zone"),
                request.Field("enabled") == "true",
                Retention: null
            )
        );

    private static Task RetainAsync(DashboardRequest request) =>
        ChangeAsync(request, new ScheduleChange(false, null, null, null, null, Rules(request.Field)));

    private static async Task ChangeAsync(DashboardRequest request, ScheduleChange change)
    {
        await request.Service<ScheduleService>().UpdateAsync(request.Caller, request.Id, change, request.Aborted);
        request.Lead(Links.Schedule(request.Id));
    }

    private static async Task DeleteAsync(DashboardRequest request)
    {
        await request.Service<ScheduleService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        request.Lead($"{DashboardRoutes.Base}/schedules");
    }

    private static Retention Rules(Func<string, string?> field)
    {
        return new Retention
        {
            KeepLast = Count("keep_last"),
            KeepHourly = Count("keep_hourly"),
            KeepDaily = Count("keep_daily"),
            KeepWeekly = Count("keep_weekly"),
            KeepMonthly = Count("keep_monthly"),
            KeepYearly = Count("keep_yearly"),
            KeepWithin = field("keep_within"),
        };

        int Count(string name) =>
            field(name) is not { } text ? 0
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count
            : throw Problem.BadRequest($"Write a number from 0 to {Retention.Most} for each rule.");
    }
}
