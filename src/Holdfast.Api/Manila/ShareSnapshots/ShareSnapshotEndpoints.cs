using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareSnapshots;

/// <summary>Snapshots of shares: kept beside the share, by the same node.</summary>
internal static class ShareSnapshotEndpoints
{
    private static readonly Microversion BeforeRenamed = new(2, 6);
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion Mountable = new(2, 32);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("snapshots").On("GET", request => ListAsync(request, detail: false)).On("POST", CreateAsync),
        new ManilaResource("snapshots/detail").On("GET", request => ListAsync(request, detail: true)),
        new ManilaResource("snapshots/{id}").On("GET", ShowAsync).On("PUT", UpdateAsync).On("DELETE", DeleteAsync),
        new ManilaResource("snapshots/{id}/action")
            .OnAction("reset_status", ResetAsync, from: Renamed)
            .OnAction("os-reset_status", ResetAsync, until: BeforeRenamed)
            .OnAction("force_delete", ForceDeleteAsync, from: Renamed)
            .OnAction("os-force_delete", ForceDeleteAsync, until: BeforeRenamed)
            .OnAction("allow_access", request => AccessAsync(request, "allow_access"), from: Mountable)
            .OnAction("deny_access", request => AccessAsync(request, "deny_access"), from: Mountable),
        new ManilaResource("snapshots/{id}/access-list", Mountable).On(
            "GET",
            request => AccessAsync(request, "access_list")
        ),
        new ManilaResource("snapshots/{id}/export-locations", Mountable).On("GET", ExportLocationsAsync),
        .. ShareSnapshotMetadataEndpoints.Resources,
    ];

    // Manila's: every status that an administrator may give a snapshot by hand.
    private static readonly string[] ResetStatuses =
    [
        "available",
        "creating",
        "deleting",
        "error",
        "error_deleting",
        "manage_error",
        "manage_starting",
        "migrating",
        "migrating_to",
        "restoring",
        "unmanage_error",
        "unmanage_starting",
    ];

    private static async Task ListAsync(ManilaRequest request, bool detail)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share_snapshot:get_all_snapshots");
        QueryParameters query = request.Query;
        int minor = request.Version.Minor;
        bool like = minor >= 36;
        Page page = query.Page();
        (IAsyncEnumerable<ShareSnapshot> rows, long? count) = await snapshots.ListAsync(
            request.Caller,
            new ShareSnapshotQuery
            {
                Name = query["name", "display_name"],
                NameLike = like ? query["name~", "display_name~"] : null,
                Description = like ? query["description", "display_description"] : null,
                DescriptionLike = like ? query["description~", "display_description~"] : null,
                Status = query["status"],
                ShareId = query["share_id"],
                Size = Size(query["size"]),
                Metadata =
                    minor >= 73 && query["metadata"] is { } metadata
                        ? PythonMap.Read("metadata", metadata)
                        : NoMetadata,
                AllProjects = query.Flag("all_tenants", "all_projects"),
                WithCount = minor >= 79 && query.Flag("with_count"),
                Page = page,
            },
            request.Aborted
        );
        await request.ReplyListAsync(
            "snapshots",
            "share_snapshots_links",
            detail ? "snapshots/detail" : "snapshots",
            rows,
            page.Limit,
            static snapshot => snapshot.Id,
            detail ? ShareSnapshotView.Detail : ShareSnapshotView.Summary,
            count
        );
    }

    private static async Task ShowAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            200,
            await request.Service<ShareSnapshotService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task CreateAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share:create_snapshot");
        JsonElement body = request.Resource("snapshot", NoSnapshot);
        string? shareId = body.OptionalText("share_id");
        if (string.IsNullOrEmpty(shareId))
        {
            throw Fault.BadRequest("'share_id' is missing from the request body.");
        }
        NewShareSnapshot snapshot = new(
            shareId,
            body.EitherText("name", "display_name").Value,
            body.EitherText("description", "display_description").Value,
            request.Version.Minor >= 73 ? MetadataJson.Read(body, "metadata") : NoMetadata
        );
        await ReplyAsync(request, 202, await snapshots.CreateAsync(request.Caller, snapshot, request.Aborted));
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share:snapshot_update");
        JsonElement body = request.Resource("snapshot", NoSnapshot);
        (bool setName, string? name) = body.EitherText("display_name", "name");
        (bool setDescription, string? description) = body.EitherText("display_description", "description");
        ShareSnapshotChange change = new(setName, name, setDescription, description);
        await ReplyAsync(
            request,
            200,
            await snapshots.UpdateAsync(request.Caller, request.Id, change, request.Aborted)
        );
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareSnapshotService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ForceDeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareSnapshotService>().ForceDeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ResetAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share_snapshot:reset_status");
        string status = ResetStatus.Read(request.Action, ResetStatuses);
        await snapshots.ResetStatusAsync(request.Caller, request.Id, status, request.Aborted);
        await request.AcceptedAsync();
    }

    private static Task AccessAsync(ManilaRequest request, string call) =>
        request
            .Service<ShareSnapshotService>()
            .RefuseAccessAsync(request.Caller, request.Id, $"share_snapshot:{call}", request.Aborted);

    /// <summary>None: no snapshot is mounted, and clients that show one ask.</summary>
    private static async Task ExportLocationsAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share_snapshot_export_location:index");
        await snapshots.GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(
            200,
            "share_snapshot_export_locations",
            0,
            static (writer, _, _) =>
            {
                writer.WriteStartArray();
                writer.WriteEndArray();
            }
        );
    }

    private static readonly Dictionary<string, string> NoMetadata = [];

    private static Task ReplyAsync(ManilaRequest request, int status, ShareSnapshot snapshot) =>
        request.ReplyAsync(status, "snapshot", snapshot, ShareSnapshotView.Detail);

    private static Fault NoSnapshot() => new(422, "Body does not contain 'snapshot' information.");

    private static long? Size(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size
        : throw Fault.BadRequest("'size' must be a number.");
}
