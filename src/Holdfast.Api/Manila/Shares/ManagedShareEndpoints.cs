using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>Taking in a directory that was there before; letting it go is an action of the share.</summary>
internal static class ManagedShareEndpoints
{
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares/manage").On("POST", ManageAsync, from: Renamed),
        new ManilaResource("os-share-manage").On("POST", ManageAsync, until: BeforeRenamed),
        new ManilaResource("os-share-unmanage/{id}/unmanage").On("POST", UnmanageAsync, until: BeforeRenamed),
    ];

    /// <summary>
    /// <c>driver_options</c> may carry <c>size</c> (GiB) and <c>project_id</c> (whose the share is to be): a directory
    /// that was there before knows neither.
    /// </summary>
    private static async Task ManageAsync(ManilaRequest request)
    {
        ManagedShareService shares = request.Service<ManagedShareService>();
        shares.Require(request.Caller, "share:manage");
        JsonElement body = request.Share();
        RequireThere(body, "export_path");
        RequireThere(body, "protocol");
        JsonElement? options = body.OptionalObject("driver_options");
        ManagedShare share = new(
            body.Required("protocol"),
            body.Required("export_path", longest: 4096),
            body.Name(),
            body.Description(),
            body.Flag("is_public"),
            body.OptionalText("share_type"),
            options?.Size(),
            options?.OptionalText("project_id")
        );
        await ShareView.ReplyAsync(request, await shares.ManageAsync(request.Caller, share, request.Aborted));
    }

    private static void RequireThere(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement value))
        {
            throw new Fault(422, $"Required parameter {name} not found");
        }
        if (value.ValueKind == JsonValueKind.Null || value.ValueKind == JsonValueKind.String && value.GetString() == "")
        {
            throw new Fault(422, $"Required parameter {name} is empty");
        }
    }

    public static async Task UnmanageAsync(ManilaRequest request)
    {
        await request.Service<ManagedShareService>().UnmanageAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }
}
