using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>The shares that backups are taken of: Holdfast is also the small share service its clients need.</summary>
internal static class ShareEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares")
            .On("GET", request => ShareLists.ReplyAsync(request, detail: false))
            .On("POST", CreateAsync),
        new ManilaResource("shares/detail").On("GET", request => ShareLists.ReplyAsync(request, detail: true)),
        .. ManagedShareEndpoints.Resources,
        new ManilaResource("shares/{id}").On("GET", ShowAsync).On("PUT", UpdateAsync).On("DELETE", DeleteAsync),
        .. ShareActionEndpoints.Resources,
        .. ShareMetadataEndpoints.Resources,
        .. ExportLocationEndpoints.Resources,
    ];

    private static async Task ShowAsync(ManilaRequest request) =>
        await ShareView.ReplyAsync(
            request,
            await request.Service<ShareService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task CreateAsync(ManilaRequest request)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:create");
        JsonElement body = request.Share();
        RefuseWhatIsNotServed(request, body);
        NewShare share = new(
            body.Required("share_proto"),
            body.Size(),
            body.Name(),
            body.Description(),
            body.Flag("is_public"),
            body.OptionalText("share_type") ?? body.OptionalText("volume_type"),
            body.OptionalText("availability_zone"),
            MetadataJson.Read(body, "metadata")
        )
        {
            SnapshotId = body.OptionalText("snapshot_id") is { Length: > 0 } snapshot ? snapshot : null,
        };
        await ShareView.ReplyAsync(request, await shares.CreateAsync(request.Caller, share, request.Aborted));
    }

    /// <summary>What would be left out of the share in silence, as if it were not asked for.</summary>
    private static void RefuseWhatIsNotServed(ManilaRequest request, JsonElement body)
    {
        if (body.OptionalText("share_type") is { Length: > 0 } && body.OptionalText("volume_type") is { Length: > 0 })
        {
            throw Fault.BadRequest("Cannot specify both share_type and volume_type.");
        }
        if (body.OptionalText("share_network_id") is { Length: > 0 } network)
        {
            throw Fault.NotFound($"Share network {network} could not be found.");
        }
        if (request.Version.Minor >= 31 && body.OptionalText("share_group_id") is { Length: > 0 } group)
        {
            throw Fault.NotFound($"Share group {group} could not be found.");
        }
        if (request.Version.Minor >= 90 && body.OptionalText("encryption_key_ref") is { Length: > 0 })
        {
            throw Fault.BadRequest("Shares are not encrypted with keys of tenants here: leave encryption_key_ref out.");
        }
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:update");
        JsonElement body = request.Share();
        (bool setName, string? name) = body.EitherText("display_name", "name");
        (bool setDescription, string? description) = body.EitherText("display_description", "description");
        ShareChange change = new(setName, name, setDescription, description, IsPublic(body));
        await ShareView.ReplyAsync(
            request,
            await shares.UpdateAsync(request.Caller, request.Id, change, request.Aborted)
        );
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static bool? IsPublic(JsonElement body)
    {
        if (!body.TryGetProperty("is_public", out JsonElement flag) || flag.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return flag.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String or JsonValueKind.Number => Truth.Strictly(flag.AsText("is_public")),
                _ => null,
            } ?? throw Fault.BadRequest("'is_public' must be true or false.");
    }
}
