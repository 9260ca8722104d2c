using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Schedules;

/// <summary>Backups that come by themselves, and which of them stay.</summary>
internal static class ScheduleEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("schedules").Get(ListAsync).Post(CreateAsync),
        new NativeRoute("schedules/{id}").Get(ShowAsync).Patch(UpdateAsync).Delete(DeleteAsync),
        new NativeRoute("schedules/{id}/preview").Post(PreviewAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        ScheduleService schedules = request.Service<ScheduleService>();
        schedules.Require(request.Caller, "schedule:get_all");
        ScheduleQuery query = new()
        {
            ShareId = request.Query["share_id"],
            VolumeId = request.Query["volume_id"],
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<Schedule> list = await schedules.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        await request.ReplyListAsync("schedules", list.Rows, next, ScheduleView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        Schedule schedule = await request
            .Service<ScheduleService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, schedule, ScheduleView.Write);
    }

    private static async Task CreateAsync(NativeRequest request)
    {
        ScheduleService schedules = request.Service<ScheduleService>();
        schedules.Require(request.Caller, "schedule:create");
        JsonElement body = await request.BodyAsync();
        NewSchedule asked = new(
            body.OptionalText("share_id"),
            body.OptionalText("volume_id"),
            body.OptionalText("name"),
            body.RequiredText("cron"),
            body.OptionalText("time_zone") ?? "UTC",
            body.OptionalFlag("enabled") ?? true,
            RetentionJson.Read(body) ?? new Retention()
        );
        Schedule schedule = await schedules.CreateAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status201Created, schedule, ScheduleView.Write);
    }

    private static async Task UpdateAsync(NativeRequest request)
    {
        ScheduleService schedules = request.Service<ScheduleService>();
        schedules.Require(request.Caller, "schedule:update");
        JsonElement body = await request.BodyAsync();
        ScheduleChange change = new(
            body.TryGetProperty("name", out _),
            body.OptionalText("name"),
            body.OptionalText("cron"),
            body.OptionalText("time_zone"),
            body.OptionalFlag("enabled"),
            RetentionJson.Read(body)
        );
        Schedule schedule = await schedules.UpdateAsync(request.Caller, request.Id, change, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, schedule, ScheduleView.Write);
    }

    private static async Task DeleteAsync(NativeRequest request)
    {
        await request.Service<ScheduleService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }

    /// <summary>With a <c>retention</c>: as if the schedule had that one.</summary>
    private static async Task PreviewAsync(NativeRequest request)
    {
        ScheduleService schedules = request.Service<ScheduleService>();
        schedules.Require(request.Caller, "schedule:get");
        JsonElement body = await request.BodyAsync();
        SchedulePreview preview = await schedules.PreviewAsync(
            request.Caller,
            request.Id,
            RetentionJson.Read(body),
            request.Aborted
        );
        await request.ReplyAsync(StatusCodes.Status200OK, preview, ScheduleView.Write);
    }
}
