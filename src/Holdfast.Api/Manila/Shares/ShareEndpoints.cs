using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>The shares that backups are taken of: Holdfast is also the small share service its clients need.</summary>
internal static class ShareEndpoints
{
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares").On("GET", request => ListAsync(request, detail: false)).On("POST", CreateAsync),
        new ManilaResource("shares/detail").On("GET", request => ListAsync(request, detail: true)),
        new ManilaResource("shares/manage").On("POST", ManageAsync, from: Renamed),
        new ManilaResource("os-share-manage").On("POST", ManageAsync, until: BeforeRenamed),
        new ManilaResource("os-share-unmanage/{id}/unmanage").On("POST", UnmanageAsync, until: BeforeRenamed),
        new ManilaResource("shares/{id}").On("GET", ShowAsync).On("DELETE", DeleteAsync),
        new ManilaResource("shares/{id}/action")
            .OnAction("reset_status", ResetAsync, from: Renamed)
            .OnAction("os-reset_status", ResetAsync, until: BeforeRenamed)
            .OnAction("unmanage", UnmanageAsync, from: Renamed),
        .. ExportLocationEndpoints.Resources,
    ];

    // Manila's: every status that an administrator may give a share by hand.
    private static readonly string[] ResetStatuses =
    [
        "available",
        "creating",
        "deleting",
        "error",
        "error_deleting",
        "migrating",
        "migrating_to",
        "server_migrating",
    ];

    private static async Task ListAsync(ManilaRequest request, bool detail)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:get_all");
        QueryParameters query = request.Query;
        Page page = query.Page();
        // No share is ever in a recycle bin here.
        IAsyncEnumerable<Share> rows = query.Flag("is_soft_deleted")
            ? AsyncEnumerable.Empty<Share>()
            : await shares.ListAsync(
                request.Caller,
                new ShareQuery
                {
                    Name = query["name", "display_name"],
                    NameLike = query["name~", "display_name~"],
                    DescriptionLike = query["description~", "display_description~"],
                    Status = query["status"],
                    ShareTypeId = query["share_type_id"],
                    AllProjects = query.Flag("all_tenants", "all_projects"),
                    IncludePublic = query.Flag("is_public"),
                    Page = page,
                },
                request.Aborted
            );
        await request.ReplyListAsync(
            "shares",
            "shares_links",
            detail ? "shares/detail" : "shares",
            rows,
            page.Limit,
            static share => share.Id,
            detail ? ShareView.Detail : ShareView.Summary
        );
    }

    private static async Task ShowAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            await request.Service<ShareService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task CreateAsync(ManilaRequest request)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:create");
        JsonElement body = request.Resource("share", NoShare);
        // None is served, so there is none of any id.
        if (body.OptionalText("snapshot_id") is { } snapshot)
        {
            throw new Fault(404, $"Snapshot {snapshot} could not be found.");
        }
        NewShare share = new(
            Required(body, "share_proto"),
            Size(body) ?? throw NoSize("None"),
            body.OptionalText("name") ?? body.OptionalText("display_name"),
            body.OptionalText("description") ?? body.OptionalText("display_description"),
            Flag(body, "is_public"),
            body.OptionalText("share_type") ?? body.OptionalText("volume_type"),
            body.OptionalText("availability_zone"),
            Metadata(body)
        );
        await ReplyAsync(request, await shares.CreateAsync(request.Caller, share, request.Aborted));
    }

    /// <summary>
    /// <c>driver_options</c> may carry <c>size</c> (GiB) and <c>project_id</c> (whose the share is to be): a directory
    /// that was there before knows neither.
    /// </summary>
    private static async Task ManageAsync(ManilaRequest request)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:manage");
        JsonElement body = request.Resource("share", NoShare);
        JsonElement? options = OptionalObject(body, "driver_options");
        ManagedShare share = new(
            Required(body, "protocol"),
            Required(body, "export_path", longest: 4096),
            body.OptionalText("name") ?? body.OptionalText("display_name"),
            body.OptionalText("description") ?? body.OptionalText("display_description"),
            Flag(body, "is_public"),
            body.OptionalText("share_type"),
            options is { } sized ? Size(sized) : null,
            options?.OptionalText("project_id")
        );
        await ReplyAsync(request, await shares.ManageAsync(request.Caller, share, request.Aborted));
    }

    private static async Task UnmanageAsync(ManilaRequest request)
    {
        await request.Service<ShareService>().UnmanageAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ResetAsync(ManilaRequest request)
    {
        ShareService shares = request.Service<ShareService>();
        shares.Require(request.Caller, "share:reset_status");
        string status = ResetStatus.Read(request.Action, ResetStatuses);
        await shares.ResetStatusAsync(request.Caller, request.Id, status, request.Aborted);
        await request.AcceptedAsync();
    }

    private static Task ReplyAsync(ManilaRequest request, Share share) =>
        request.ReplyAsync(200, "share", share, ShareView.Detail);

    private static Fault NoShare() => new(422, "Body does not contain 'share' information.");

    private static string Required(JsonElement body, string name, int longest = JsonText.Longest) =>
        body.OptionalText(name, longest) is { Length: > 0 } text
            ? text
            : throw Fault.BadRequest($"'{name}' is missing from the request body.");

    /// <summary>GiB; a number or its text.</summary>
    private static int? Size(JsonElement body)
    {
        if (!body.TryGetProperty("size", out JsonElement size) || size.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        string text = size.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? size.AsText("size")!
            : size.ValueKind.ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw NoSize(text);
    }

    private static Fault NoSize(string text) =>
        Fault.BadRequest($"Share size '{text}' must be an integer and greater than 0.");

    private static JsonElement? OptionalObject(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return given.ValueKind == JsonValueKind.Object ? given : throw Fault.BadRequest($"'{name}' must be an object.");
    }

    private static bool Flag(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value)
        && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            JsonValueKind.String or JsonValueKind.Number => Truth.Of(value.AsText(name)),
            _ => throw Fault.BadRequest($"'{name}' must be true or false."),
        };

    private static Dictionary<string, string> Metadata(JsonElement body)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (OptionalObject(body, "metadata") is not { } given)
        {
            return metadata;
        }
        foreach (JsonProperty pair in given.EnumerateObject())
        {
            if (pair.Name.Length is 0 or > JsonText.Longest || pair.Name.Contains('\0'))
            {
                throw Fault.BadRequest(
                    $"A metadata key must have 1 to {JsonText.Longest} characters, none of them NUL."
                );
            }
            metadata[pair.Name] = pair.Value.AsText("metadata", longest: 1023) ?? "";
        }
        return metadata;
    }
}
