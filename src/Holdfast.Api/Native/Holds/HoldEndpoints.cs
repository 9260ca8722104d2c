using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Holds;

/// <summary>Backups that must stay, whoever wants to delete them.</summary>
internal static class HoldEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("holds").Get(ListAsync).Post(CreateAsync),
        new NativeRoute("holds/{id}").Get(ShowAsync).Patch(UpdateAsync).Delete(LiftAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        HoldService holds = request.Service<HoldService>();
        holds.Require(request.Caller, "hold:get_all");
        HoldQuery query = new()
        {
            BackupId = request.Query["backup_id"],
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<Hold> list = await holds.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        await request.ReplyListAsync("holds", list.Rows, next, HoldView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        Hold hold = await request.Service<HoldService>().GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, hold, HoldView.Write);
    }

    private static async Task CreateAsync(NativeRequest request)
    {
        HoldService holds = request.Service<HoldService>();
        holds.Require(request.Caller, "hold:create");
        JsonElement body = await request.BodyAsync();
        NewHold asked = new(
            body.RequiredText("backup_id"),
            body.OptionalText("reason"),
            body.OptionalUtc("expires_at")
        );
        Hold hold = await holds.CreateAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status201Created, hold, HoldView.Write);
    }

    /// <summary>An <c>expires_at</c> of null is no end.</summary>
    private static async Task UpdateAsync(NativeRequest request)
    {
        HoldService holds = request.Service<HoldService>();
        holds.Require(request.Caller, "hold:update");
        JsonElement body = await request.BodyAsync();
        HoldChange change = new(
            body.TryGetProperty("reason", out _),
            body.OptionalText("reason"),
            body.TryGetProperty("expires_at", out _),
            body.OptionalUtc("expires_at")
        );
        Hold hold = await holds.UpdateAsync(request.Caller, request.Id, change, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, hold, HoldView.Write);
    }

    private static async Task LiftAsync(NativeRequest request)
    {
        await request.Service<HoldService>().LiftAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }
}
