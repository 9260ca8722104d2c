using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareTypes;

/// <summary>The extra specs of a share type.</summary>
internal static class ExtraSpecEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("types/{id}/extra_specs").On("GET", ListAsync).On("POST", CreateAsync),
        new ManilaResource("types/{id}/extra_specs/{key}")
            .On("GET", ShowAsync)
            .On("PUT", UpdateAsync)
            .On("DELETE", DeleteAsync),
    ];

    private static async Task ListAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            await request.Service<ExtraSpecService>().ListAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task ShowAsync(ManilaRequest request)
    {
        string key = request.RouteText("key");
        await ReplyAsync(
            request,
            key,
            await request.Service<ExtraSpecService>().GetAsync(request.Caller, request.Id, key, request.Aborted)
        );
    }

    private static async Task CreateAsync(ManilaRequest request)
    {
        ExtraSpecService specs = request.Service<ExtraSpecService>();
        specs.Require(request.Caller, "share_types_extra_spec:create");
        // Only to refuse a body without them.
        request.Resource("extra_specs", Fault.BadRequest);
        Dictionary<string, string> given = ExtraSpecJson.Read(request.Body!.Value, "extra_specs");
        await ReplyAsync(request, await specs.SetAsync(request.Caller, request.Id, given, request.Aborted));
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        ExtraSpecService specs = request.Service<ExtraSpecService>();
        specs.Require(request.Caller, "share_types_extra_spec:update");
        string key = request.RouteText("key");
        string value = Only(request.Body, key);
        IReadOnlyDictionary<string, string> set = await specs.SetOneAsync(
            request.Caller,
            request.Id,
            key,
            value,
            request.Aborted
        );
        await ReplyAsync(request, key, set[key]);
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request
            .Service<ExtraSpecService>()
            .DeleteAsync(
                request.Caller,
                request.Id,
                request.RouteText("key"),
                snapshotSupportIsRequired: request.Version.Minor < 24,
                request.Aborted
            );
        await request.AcceptedAsync();
    }

    /// <summary>The body's one member, which the URL names.</summary>
    private static string Only(JsonElement? body, string key)
    {
        if (body is not { } json || json.IsFalsy())
        {
            throw Fault.BadRequest("Request body empty");
        }
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(key, out _))
        {
            throw Fault.BadRequest("Request body and URI mismatch");
        }
        JsonProperty[] members = [.. json.EnumerateObject()];
        return members.Length == 1
            ? ExtraSpecJson.Value(members[0])
            : throw Fault.BadRequest("Request body contains too many items");
    }

    private static Task ReplyAsync(ManilaRequest request, IReadOnlyDictionary<string, string> specs) =>
        request.ReplyAsync(200, "extra_specs", specs, static (writer, specs, _) => MetadataJson.Write(writer, specs));

    private static Task ReplyAsync(ManilaRequest request, string key, string value) =>
        request.ReplyAsync(200, key, value, static (writer, value, _) => writer.WriteStringValue(value));
}
