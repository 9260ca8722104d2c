using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Services;

/// <summary>
/// The parts of the service, to read. What Manila switches on and off here is its scheduler's choice of back ends, and
/// there is no such choice, so those calls are not routed.
/// </summary>
internal static class ServiceEndpoints
{
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);
    private static readonly Microversion WithReason = new(2, 83);
    private static readonly Microversion WithEnsuring = new(2, 86);
    private static readonly Microversion FilteredByEnsuring = new(2, 93);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("services").On("GET", ListAsync, from: Renamed),
        new ManilaResource("os-services").On("GET", ListAsync, until: BeforeRenamed),
    ];

    private static async Task ListAsync(ManilaRequest request)
    {
        IReadOnlyList<NodePart> parts = await request
            .Service<NodeService>()
            .ListPartsAsync(request.Caller, request.Aborted);
        await request.ReplyAsync(
            200,
            "services",
            parts.Where(part => Fits(part, request)),
            static (writer, rows, request) =>
            {
                writer.WriteStartArray();
                foreach (NodePart part in rows)
                {
                    Write(writer, part, request);
                }
                writer.WriteEndArray();
            }
        );
    }

    // A value that there is not is no mistake; it finds nothing.
    private static bool Fits(NodePart part, ManilaRequest request) =>
        Is(request.Query["host"], part.Host)
        && Is(request.Query["binary"], part.Binary)
        && Is(request.Query["state"], State(part))
        && Is(request.Query["zone"], part.Zone)
        && Is(request.Query["status"], "enabled")
        && (
            request.Version < FilteredByEnsuring
            || request.Query["ensuring"] is not { } ensuring
            || ensuring.Trim().ToLowerInvariant() is "0" or "f" or "false" or "off" or "n" or "no"
        );

    private static bool Is(string? wanted, string value) => string.IsNullOrEmpty(wanted) || wanted == value;

    private static void Write(Utf8JsonWriter writer, NodePart part, ManilaRequest request)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", part.Id);
        writer.WriteString("binary", part.Binary);
        writer.WriteString("host", part.Host);
        writer.WriteString("zone", part.Zone);
        writer.WriteString("status", "enabled");
        writer.WriteString("state", State(part));
        writer.WriteTime("updated_at", part.SeenAt);
        if (request.Version >= WithReason)
        {
            writer.WriteNull("disabled_reason");
        }
        if (request.Version >= WithEnsuring)
        {
            writer.WriteBoolean("ensuring", false);
        }
        writer.WriteEndObject();
    }

    private static string State(NodePart part) => part.IsUp ? "up" : "down";
}
