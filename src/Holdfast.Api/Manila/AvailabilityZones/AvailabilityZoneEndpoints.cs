using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.AvailabilityZones;

/// <summary>The availability zones that nodes say they are in.</summary>
internal static class AvailabilityZoneEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("availability-zones").On("GET", ListAsync, from: new(2, 7)),
        new ManilaResource("os-availability-zone").On("GET", ListAsync, until: new(2, 6)),
    ];

    private static async Task ListAsync(ManilaRequest request) =>
        await request.ReplyAsync(
            200,
            "availability_zones",
            await request.Service<NodeService>().ListZonesAsync(request.Caller, request.Aborted),
            static (writer, zones, _) =>
            {
                writer.WriteStartArray();
                foreach (Zone zone in zones)
                {
                    writer.WriteStartObject();
                    writer.WriteString("id", zone.Id);
                    writer.WriteString("name", zone.Name);
                    writer.WriteTime("created_at", zone.CreatedAt);
                    writer.WriteTime("updated_at", null);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }
        );
}
