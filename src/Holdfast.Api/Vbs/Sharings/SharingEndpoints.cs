using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.Sharings;

/// <summary>Backups shared with other projects: VBS's five calls. Whatever succeeds is 200; clients take nothing else.</summary>
internal static class SharingEndpoints
{
    private const string Collection = "os-vendor-backup-sharing";

    public static readonly VbsRoute[] Routes =
    [
        Route("").Post(CreateAsync),
        Route("/detail").Get(ListAsync),
        Route("/count").Get(CountAsync),
        Route("/{id}").Get(ShowAsync).Delete(CancelAsync),
    ];

    private static async Task CreateAsync(VbsRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:create");
        JsonElement body = await request.ResourceAsync("shared");
        string backup = body.RequiredText("backup_id");
        IReadOnlyList<string> projects = body.RequiredTexts("to_project_ids");
        IReadOnlyList<Sharing> rows = await sharings.ShareAsync(
            request.Caller,
            new NewSharing(backup, projects),
            request.Aborted
        );
        await request.ReplyAsync(StatusCodes.Status200OK, writer => SharingView.WriteFlat(writer, rows));
    }

    /// <summary>By the sharing's id; with <c>is_backup_id=true</c> by the backup's, and then all sharings of it end.</summary>
    private static async Task CancelAsync(VbsRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:cancel");
        await (
            request.Flag("is_backup_id")
                ? sharings.CancelAllAsync(request.Caller, request.Id, request.Aborted)
                : sharings.CancelAsync(request.Caller, request.Id, unaccepted: false, request.Aborted)
        );
        request.Empty(StatusCodes.Status200OK);
    }

    private static async Task ListAsync(VbsRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:get_all");
        SharingList list = await sharings.ListAsync(
            request.Caller,
            Filters(request) with
            {
                Page = request.Page(),
                After = request.Query["cursor"] is { } cursor ? LinkCursor.Read(cursor) : null,
            },
            request.Aborted
        );
        string? next = list.Next is { } place ? request.Query.Behind(LinkCursor.Of(place)) : null;
        await request.ReplyListAsync("shared", $"{Collection}/detail", list.Rows, next, SharingView.Write);
    }

    /// <summary>Of the list without its page: <c>limit</c>, <c>offset</c> and order mean nothing here.</summary>
    private static async Task CountAsync(VbsRequest request)
    {
        SharingService sharings = request.Service<SharingService>();
        sharings.Require(request.Caller, "sharing:get_all");
        long count = await sharings.CountAsync(request.Caller, Filters(request), request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, writer => writer.WriteNumber("count", count));
    }

    private static async Task ShowAsync(VbsRequest request)
    {
        SharedBackup row = await request
            .Service<SharingService>()
            .GetAsync(request.Caller, request.Id, unaccepted: false, request.Aborted);
        await request.ReplyAsync(
            StatusCodes.Status200OK,
            writer =>
            {
                writer.WritePropertyName("shared");
                SharingView.Write(writer, row);
            }
        );
    }

    private static SharingQuery Filters(VbsRequest request)
    {
        QueryParameters query = request.Query;
        // The vendor's pages have the first spelling, its clients send the second.
        string?[] zones = [query["avalilability_zone"], query["availability_zone"]];
        return new SharingQuery
        {
            Received = request.Flag("share_to_me"),
            BackupId = query["backup_id"],
            SourceId = query["volume_id"],
            NamePart = query["name"] is { Length: > 0 } part ? part : null,
            Status = query["status"],
            FromProjectId = query["from_project_id"],
            ToProjectId = query["to_project_id"],
            AvailabilityZones = [.. zones.OfType<string>()],
        };
    }

    private static VbsRoute Route(string tail) => new($"{VbsRoute.V2}/{Collection}{tail}", VbsErrors.Fault);
}
