using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Shares;

/// <summary>Shares, and how well they are backed up. They are made and changed over Manila's API.</summary>
internal static class ShareEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("shares").Get(ListAsync),
        new NativeRoute("shares/{id}").Get(ShowAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        RowList<ProtectedShare> list = await request
            .Service<ProtectionService>()
            .ListAsync(request.Caller, request.Limit(), request.After(), request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].Share.CreatedAt, list.Rows[^1].Share.Id) : null;
        await request.ReplyListAsync("shares", list.Rows, next, ShareView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        ProtectedShare share = await request
            .Service<ProtectionService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, share, ShareView.Write);
    }
}
