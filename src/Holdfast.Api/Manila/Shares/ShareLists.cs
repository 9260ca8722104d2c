using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>Lists of shares: each filter from the microversion on that brought it, ignored before.</summary>
internal static class ShareLists
{
    // Of what shares here never have: whoever asks for one of these is shown none.
    private static readonly string[] Nobodys =
    [
        "share_network_id",
        "share_group_id",
        "share_group_snapshot_id",
        "mount_point_name",
    ];

    public static async Task ReplyAsync(ManilaRequest request, bool detail)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:get_all");
        QueryParameters query = request.Query;
        if (query["share_server_id"] is not null)
        {
            shares.Require(request.Caller, "share:list_by_share_server_id");
        }
        bool none =
            query["share_server_id"] is not null
            || Nobodys.Any(name => Given(request, name) is not null)
            || Since(request, 90, "encryption_key_ref") is not null;
        ShareQuery filters = Filters(request);
        bool counted = Flag(request, 42, "with_count");
        await request.ReplyListAsync(
            "shares",
            "shares_links",
            detail ? "shares/detail" : "shares",
            none ? AsyncEnumerable.Empty<Share>() : await shares.ListAsync(request.Caller, filters, request.Aborted),
            filters.Page.Limit,
            static share => share.Id,
            detail ? ShareView.Detail : ShareView.Summary,
            !counted ? null
                : none ? 0
                : await shares.CountAsync(request.Caller, filters, request.Aborted)
        );
    }

    private static ShareQuery Filters(ManilaRequest request) =>
        new()
        {
            Name = Given(request, "name", "display_name"),
            NameLike = Since(request, 36, "name~", "display_name~"),
            Description = Since(request, 36, "description", "display_description"),
            DescriptionLike = Since(request, 36, "description~", "display_description~"),
            Status = Given(request, "status"),
            ShareTypeId = Given(request, "share_type_id", "volume_type_id"),
            SnapshotId = Given(request, "snapshot_id"),
            Host = Given(request, "host"),
            ProjectId = Given(request, "project_id"),
            AvailabilityZone = Since(request, 97, "availability_zone"),
            ExportLocationId = Since(request, 35, "export_location_id"),
            ExportLocationPath = Since(request, 35, "export_location_path"),
            Metadata = Map(request, "metadata"),
            ExtraSpecs = Map(request, "extra_specs"),
            AllProjects = request.Query.Flag("all_tenants", "all_projects"),
            IncludePublic = request.Query.Flag("is_public"),
            InBin = Flag(request, 69, "is_soft_deleted"),
            Page = request.Query.Page(),
        };

    private static bool Flag(ManilaRequest request, int since, string name) =>
        Since(request, since, name) is { } text
        && (
            Truth.Strictly(text)
            ?? throw Fault.BadRequest($"Invalid parameter {name}: '{text}' is neither true nor false.")
        );

    private static Dictionary<string, string>? Map(ManilaRequest request, string name) =>
        Given(request, name) is { } text ? PythonMap.Read(name, text) : null;

    private static string? Since(ManilaRequest request, int minor, params ReadOnlySpan<string> names) =>
        request.Version.Minor >= minor ? Given(request, names) : null;

    /// <summary>A filter without a value does not filter.</summary>
    private static string? Given(ManilaRequest request, params ReadOnlySpan<string> names) =>
        request.Query[names] is { Length: > 0 } text ? text : null;
}
