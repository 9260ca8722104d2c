using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareTypes;

/// <summary>The types that shares are of: administrators make them, projects read those they may use.</summary>
internal static class ShareTypeEndpoints
{
    private static readonly Microversion WithUpdate = new(2, 50);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("types").On("GET", ListAsync).On("POST", CreateAsync),
        new ManilaResource("types/default").On("GET", ShowDefaultAsync),
        new ManilaResource("types/{id}")
            .On("GET", ShowAsync)
            .On("PUT", UpdateAsync, from: WithUpdate)
            .On("DELETE", DeleteAsync),
        .. ShareTypeAccessEndpoints.Resources,
        .. ExtraSpecEndpoints.Resources,
    ];

    private static async Task ListAsync(ManilaRequest request)
    {
        ShareTypeService types = request.Service<ShareTypeService>();
        types.Require(request.Caller, "share_type:index");
        IReadOnlyList<ShareType> rows = await types.ListAsync(
            request.Caller,
            new ShareTypeQuery(IsPublic(request), ExtraSpecs(request)),
            request.Aborted
        );
        await ReplyAsync(
            request,
            ("share_types", "volume_types"),
            writer =>
            {
                writer.WriteStartArray();
                foreach (ShareType type in rows)
                {
                    ShareTypeView.Write(writer, type, request);
                }
                writer.WriteEndArray();
            }
        );
    }

    private static async Task ShowDefaultAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            await request.Service<ShareTypeService>().GetDefaultAsync(request.Caller, request.Aborted)
        );

    private static async Task ShowAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            await request.Service<ShareTypeService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task CreateAsync(ManilaRequest request)
    {
        ShareTypeService types = request.Service<ShareTypeService>();
        types.Require(request.Caller, "share_type:create");
        JsonElement body = Body(request);
        string? description = Text(body, "description");
        if (!string.IsNullOrEmpty(description) && request.Version.Minor < 41)
        {
            throw Fault.BadRequest(
                "'description' key is not supported by this microversion. Use 2.41 or greater microversion to be able "
                    + "to use 'description' in share type."
            );
        }
        Dictionary<string, string> specs = ExtraSpecJson.Read(body, "extra_specs");
        // Every type had it before it could be chosen.
        if (request.Version.Minor < 24)
        {
            specs.TryAdd(ExtraSpec.SnapshotSupport, "True");
        }
        bool isPublic =
            Boolean(body, "os-share-type-access:is_public") ?? Boolean(body, "share_type_access:is_public") ?? true;
        NewShareType type = new(Text(body, "name"), description, isPublic, specs);
        await ReplyAsync(request, await types.CreateAsync(request.Caller, type, request.Aborted));
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        ShareTypeService types = request.Service<ShareTypeService>();
        types.Require(request.Caller, "share_type:update");
        JsonElement body = Body(request);
        ShareTypeChange change = new(
            Text(body, "name"),
            Text(body, "description"),
            Boolean(body, "share_type_access:is_public")
        );
        await ReplyAsync(request, await types.UpdateAsync(request.Caller, request.Id, change, request.Aborted));
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareTypeService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    /// <summary>The type in the body, also under the name that Cinder gave it.</summary>
    private static JsonElement Body(ManilaRequest request) =>
        request.Body is { ValueKind: JsonValueKind.Object } body
        && body.TryGetProperty("share_type", out JsonElement type)
        && type.ValueKind == JsonValueKind.Object
            ? type
            : request.Resource("volume_type", Fault.BadRequest);

    // How long they may be is told by the use case, in Manila's words.
    private static string? Text(JsonElement body, string name) => body.OptionalText(name, longest: int.MaxValue);

    private static bool? Boolean(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String or JsonValueKind.Number => ExtraSpec.Boolean(value.AsText(name, int.MaxValue)!),
                _ => null,
            } ?? throw Fault.BadRequest($"{name} has a non-boolean value.");
    }

    private static bool? IsPublic(ManilaRequest request) =>
        request.Query["is_public"] switch
        {
            null => true,
            { } all when all.Equals("all", StringComparison.OrdinalIgnoreCase) => null,
            // Others see public types whatever they ask for.
            { } text => ExtraSpec.Boolean(text)
                ?? (request.Caller.IsAdmin ? throw Fault.BadRequest($"Invalid is_public filter [{text}]") : true),
        };

    private static Dictionary<string, string>? ExtraSpecs(ManilaRequest request)
    {
        if (request.Query["extra_specs"] is not { Length: > 0 } text)
        {
            return null;
        }
        return request.Version.Minor >= 43
            ? PythonMap.Read("extra_specs", text)
            : throw Fault.BadRequest(
                "Filter by 'extra_specs' is not supported by this microversion. Use 2.43 or greater microversion to be "
                    + "able to use filter search by 'extra_specs."
            );
    }

    private static Task ReplyAsync(ManilaRequest request, ShareType type) =>
        ReplyAsync(request, ("share_type", "volume_type"), writer => ShareTypeView.Write(writer, type, request));

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
}
