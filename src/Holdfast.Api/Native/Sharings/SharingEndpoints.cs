using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Sharings;

/// <summary>Backups shared with other projects, with what VBS's calls cannot say: whether the recipient has accepted, and until when.</summary>
internal static class SharingEndpoints
{
    private static readonly string[] States = [SharingState.Pending, SharingState.Accepted, SharingState.Rejected];

    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("sharings").Get(ListAsync).Post(CreateAsync),
        new NativeRoute("sharings/{id}").Get(ShowAsync).Delete(CancelAsync),
        new NativeRoute("sharings/{id}/accept").Post(request => AnswerAsync(request, accept: true)),
        new NativeRoute("sharings/{id}/reject").Post(request => AnswerAsync(request, accept: false)),
        new NativeRoute("sharings/{id}/membership").Delete(LeaveAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:get_all");
        SharingQuery query = new()
        {
            Received = request.Flag("received"),
            Unaccepted = true,
            State = request.OneOf("state", States),
            BackupId = request.Query["backup_id"],
            FromProjectId = request.Query["from_project_id"],
            ToProjectId = request.Query["to_project_id"],
            Page = new Page(request.Limit()),
            After = request.After() is var (time, id) ? new RowPlace(time, id) : null,
        };
        SharingList list = await sharings.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.Next is null ? null : Cursor.Of(list.Rows[^1].Sharing.CreatedAt, list.Rows[^1].Id);
        await request.ReplyListAsync("sharings", list.Rows, next, SharingView.Write);
    }

    /// <summary>201 with a row for each recipient.</summary>
    private static async Task CreateAsync(NativeRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:create");
        JsonElement body = await request.BodyAsync();
        NewSharing asked = new(
            body.RequiredText("backup_id"),
            body.RequiredTexts("to_project_ids"),
            body.OptionalText("accept") switch
            {
                null or "none" => false,
                "required" => true,
                _ => throw Problem.BadRequest("'accept' must be 'none' or 'required'."),
            },
            body.OptionalUtc("expires_at")
        );
        IReadOnlyList<Sharing> rows = await sharings.ShareAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status201Created, rows, SharingView.WriteAll);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        SharedBackup row = await request
            .Service<SharingService>()
            .GetAsync(request.Caller, request.Id, unaccepted: true, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, row, SharingView.Write);
    }

    /// <summary>The recipient's. A body says nothing here and is not read.</summary>
    private static async Task AnswerAsync(NativeRequest request, bool accept)
    {
        Sharing changed = await request
            .Service<SharingService>()
            .AnswerAsync(request.Caller, request.Id, accept, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, changed, SharingView.Write);
    }

    /// <summary>The owner's.</summary>
    private static async Task CancelAsync(NativeRequest request)
    {
        await request
            .Service<SharingService>()
            .CancelAsync(request.Caller, request.Id, unaccepted: true, request.Aborted);
        request.NoContent();
    }

    /// <summary>The recipient's.</summary>
    private static async Task LeaveAsync(NativeRequest request)
    {
        await request.Service<SharingService>().LeaveAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }
}
