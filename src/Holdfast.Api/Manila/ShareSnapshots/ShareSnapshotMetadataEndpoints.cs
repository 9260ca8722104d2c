using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareSnapshots;

/// <summary>Keys and values that users give share snapshots.</summary>
internal static class ShareSnapshotMetadataEndpoints
{
    private static readonly Microversion Since = new(2, 73);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("snapshots/{id}/metadata", Since)
            .On("GET", ListAsync)
            .On("POST", request => SetAsync(request, all: false))
            .On("PUT", request => SetAsync(request, all: true)),
        new ManilaResource("snapshots/{id}/metadata/{key}", Since)
            .On("GET", ShowAsync)
            .On("POST", SetOneAsync)
            .On("DELETE", RemoveAsync),
    ];

    private static async Task ListAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            "metadata",
            await request.Service<ShareSnapshotService>().MetadataAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task ShowAsync(ManilaRequest request)
    {
        string key = request.RouteText("key");
        IReadOnlyDictionary<string, string> metadata = await request
            .Service<ShareSnapshotService>()
            .MetadataAsync(request.Caller, request.Id, request.Aborted);
        string value = metadata.GetValueOrDefault(key) ?? throw new Fault(404, "Metadata item is not found.");
        await ReplyAsync(request, "meta", new Dictionary<string, string> { [key] = value });
    }

    private static Task SetAsync(ManilaRequest request, bool all)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share_snapshot:update_metadata");
        return SetAsync(request, MetadataJson.Of(request, "metadata"), all);
    }

    private static Task SetOneAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share_snapshot:update_metadata");
        Dictionary<string, string> given = MetadataJson.Of(request, "metadata");
        return !given.ContainsKey(request.RouteText("key")) ? throw Fault.BadRequest("Request body and URI mismatch")
            : given.Count > 1 ? throw Fault.BadRequest("Request body contains too many items")
            : SetAsync(request, given, all: false);
    }

    private static async Task RemoveAsync(ManilaRequest request)
    {
        await request
            .Service<ShareSnapshotService>()
            .RemoveMetadataAsync(request.Caller, request.Id, request.RouteText("key"), request.Aborted);
        await request.EmptyAsync(200);
    }

    private static async Task SetAsync(ManilaRequest request, Dictionary<string, string> given, bool all) =>
        await ReplyAsync(
            request,
            "metadata",
            await request
                .Service<ShareSnapshotService>()
                .SetMetadataAsync(request.Caller, request.Id, given, all, request.Aborted)
        );

    private static Task ReplyAsync(ManilaRequest request, string name, IReadOnlyDictionary<string, string> metadata) =>
        request.ReplyAsync(200, name, metadata, static (writer, metadata, _) => MetadataJson.Write(writer, metadata));
}
