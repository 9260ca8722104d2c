using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>Share types, to read.</summary>
internal static class ShareTypeEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("types").On("GET", ListAsync),
        new ManilaResource("types/default").On("GET", ShowDefaultAsync),
        new ManilaResource("types/{id}").On("GET", ShowAsync),
    ];

    private static async Task ListAsync(ManilaRequest request)
    {
        IReadOnlyList<ShareType> types = await request
            .Service<ShareService>()
            .ListTypesAsync(request.Caller, request.Aborted);
        await ReplyAsync(
            request,
            ("share_types", "volume_types"),
            writer =>
            {
                writer.WriteStartArray();
                foreach (ShareType type in types)
                {
                    Write(writer, type, request);
                }
                writer.WriteEndArray();
            }
        );
    }

    private static Task ShowDefaultAsync(ManilaRequest request) => ShowAsync(request, "default");

    private static Task ShowAsync(ManilaRequest request) => ShowAsync(request, request.Id);

    private static async Task ShowAsync(ManilaRequest request, string id)
    {
        ShareType type = await request.Service<ShareService>().GetTypeAsync(request.Caller, id, request.Aborted);
        await ReplyAsync(request, ("share_type", "volume_type"), writer => Write(writer, type, request));
    }

    // Each reply says everything twice: under the name that Manila uses, and under the one it had from Cinder.
    private static Task ReplyAsync(ManilaRequest request, (string, string) names, Action<Utf8JsonWriter> value) =>
        request.ReplyAsync(
            200,
            names.Item1,
            (names.Item2, value),
            static (writer, pair, _) =>
            {
                pair.value(writer);
                writer.WritePropertyName(pair.Item1);
                pair.value(writer);
            }
        );

    private static void Write(Utf8JsonWriter writer, ShareType type, ManilaRequest request)
    {
        int minor = request.Version.Minor;
        writer.WriteStartObject();
        writer.WriteString("id", type.Id);
        writer.WriteString("name", type.Name);
        WriteSpecs(writer, "extra_specs", type.ExtraSpecs);
        WriteSpecs(
            writer,
            "required_extra_specs",
            type.ExtraSpecs.Where(spec => spec.Key == "driver_handles_share_servers")
        );
        writer.WriteBoolean(
            minor >= 7 ? "share_type_access:is_public" : "os-share-type-access:is_public",
            type.IsPublic
        );
        if (minor >= 41)
        {
            writer.WriteString("description", type.Description);
        }
        if (minor >= 46)
        {
            writer.WriteBoolean("is_default", type.IsDefault);
        }
        writer.WriteEndObject();
    }

    private static void WriteSpecs(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, string>> specs)
    {
        writer.WriteStartObject(name);
        foreach ((string key, string value) in specs)
        {
            writer.WriteString(key, value);
        }
        writer.WriteEndObject();
    }
}
