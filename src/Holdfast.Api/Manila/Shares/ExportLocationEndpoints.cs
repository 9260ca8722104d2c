using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>Where a share is mounted from: one location, on the node that holds the directory.</summary>
internal static class ExportLocationEndpoints
{
    private static readonly Microversion Since = new(2, 9);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares/{id}/export_locations", Since).On("GET", ListAsync),
        new ManilaResource("shares/{id}/export_locations/{location_id}", Since).On("GET", ShowAsync),
    ];

    private static async Task ListAsync(ManilaRequest request)
    {
        IReadOnlyList<ExportLocation> locations = await request
            .Service<ShareService>()
            .ExportLocationsAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyListAsync(
            "export_locations",
            "export_locations_links",
            $"shares/{request.Id}/export_locations",
            locations.ToAsyncEnumerable(),
            limit: null,
            static location => location.Id,
            static (writer, location, request) => Write(writer, location, request, whole: false)
        );
    }

    private static async Task ShowAsync(ManilaRequest request)
    {
        string id = request.RouteText("location_id");
        ExportLocation location = await request
            .Service<ShareService>()
            .ExportLocationAsync(request.Caller, request.Id, id, request.Aborted);
        await request.ReplyAsync(
            200,
            "export_location",
            location,
            static (writer, location, request) => Write(writer, location, request, whole: true)
        );
    }

    private static void Write(Utf8JsonWriter writer, ExportLocation location, ManilaRequest request, bool whole)
    {
        writer.WriteStartObject();
        writer.WriteString("id", location.Id);
        writer.WriteString("path", location.Path);
        if (request.Version.Minor >= 14)
        {
            writer.WriteBoolean("preferred", location.Preferred);
        }
        if (request.Caller.IsAdmin)
        {
            writer.WriteString("share_instance_id", location.ShareId);
            writer.WriteBoolean("is_admin_only", false);
        }
        if (request.Version.Minor >= 87)
        {
            writer.WriteStartObject("metadata");
            writer.WriteEndObject();
        }
        if (whole)
        {
            writer.WriteTime("created_at", location.CreatedAt);
            writer.WriteNull("updated_at");
        }
        writer.WriteEndObject();
    }
}
