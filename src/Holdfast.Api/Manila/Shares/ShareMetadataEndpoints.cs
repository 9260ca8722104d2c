using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>The key-value pairs that users label a share with.</summary>
internal static class ShareMetadataEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares/{id}/metadata").On("GET", ListAsync).On("POST", SetAsync).On("PUT", ReplaceAsync),
        // Manila has had both verbs for one item.
        new ManilaResource("shares/{id}/metadata/{key}")
            .On("GET", ShowAsync)
            .On("POST", SetItemAsync)
            .On("PUT", SetItemAsync)
            .On("DELETE", DeleteAsync),
    ];

    private static async Task ListAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            "metadata",
            await request.Service<ShareMetadataService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task ShowAsync(ManilaRequest request)
    {
        string key = request.RouteText("key");
        string value = await request
            .Service<ShareMetadataService>()
            .GetItemAsync(request.Caller, request.Id, key, request.Aborted);
        await ReplyAsync(request, "meta", new Dictionary<string, string> { [key] = value });
    }

    private static async Task SetAsync(ManilaRequest request)
    {
        ShareMetadataService metadata = request.Service<ShareMetadataService>();
        metadata.Require(request.Caller, "share:update_share_metadata");
        Dictionary<string, string> given = MetadataJson.Of(request, "metadata");
        await ReplyAsync(
            request,
            "metadata",
            await metadata.SetAsync(request.Caller, request.Id, given, request.Aborted)
        );
    }

    private static async Task ReplaceAsync(ManilaRequest request)
    {
        ShareMetadataService metadata = request.Service<ShareMetadataService>();
        metadata.Require(request.Caller, "share:update_share_metadata");
        Dictionary<string, string> given = MetadataJson.Of(request, "metadata");
        await ReplyAsync(
            request,
            "metadata",
            await metadata.ReplaceAsync(request.Caller, request.Id, given, request.Aborted)
        );
    }

    /// <summary>The item under <c>meta</c>, as older releases have it, or under <c>metadata</c>; answered likewise.</summary>
    private static async Task SetItemAsync(ManilaRequest request)
    {
        ShareMetadataService metadata = request.Service<ShareMetadataService>();
        metadata.Require(request.Caller, "share:update_share_metadata");
        string name =
            request.Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("meta", out _)
                ? "meta"
                : "metadata";
        Dictionary<string, string> given = MetadataJson.Of(request, name);
        if (!given.ContainsKey(request.RouteText("key")))
        {
            throw Fault.BadRequest("Request body and URI mismatch");
        }
        if (given.Count > 1)
        {
            throw Fault.BadRequest("Request body contains too many items");
        }
        await metadata.SetAsync(request.Caller, request.Id, given, request.Aborted);
        await ReplyAsync(request, name, given);
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request
            .Service<ShareMetadataService>()
            .DeleteItemAsync(request.Caller, request.Id, request.RouteText("key"), request.Aborted);
        await request.EmptyAsync(200);
    }

    private static Task ReplyAsync(ManilaRequest request, string name, IReadOnlyDictionary<string, string> metadata) =>
        request.ReplyAsync(200, name, metadata, static (writer, metadata, _) => MetadataJson.Write(writer, metadata));
}
