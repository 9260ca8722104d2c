using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareBackups;

/// <summary>Manila's share backups: experimental at every microversion, so callers must opt in.</summary>
internal static class ShareBackupEndpoints
{
    private static readonly Microversion Since = new(2, 80);
    private static readonly Microversion WithTarget = new(2, 91);

    public static readonly ManilaResource[] Resources =
    [
        Resource("share-backups").On("GET", request => ListAsync(request, detail: false)).On("POST", CreateAsync),
        Resource("share-backups/detail").On("GET", request => ListAsync(request, detail: true)),
        // Routed by Manila's framework, and nothing there.
        Resource("share-backups/new").On("GET", _ => throw Fault.NotFound()),
        Resource("share-backups/{id}/edit").On("GET", _ => throw Fault.NotFound()),
        Resource("share-backups/{id}").On("GET", ShowAsync).On("PUT", UpdateAsync).On("DELETE", DeleteAsync),
        Resource("share-backups/{id}/action").OnAction("restore", RestoreAsync).OnAction("reset_status", ResetAsync),
    ];

    private static readonly string[] ResetStatuses =
    [
        "available",
        "creating",
        "deleting",
        "error",
        "error_deleting",
        "migrating",
        "migrating_to",
        "restoring",
        "server_migrating",
    ];

    private static async Task ListAsync(ManilaRequest request, bool detail)
    {
        BackupService backups = request.Service<BackupService>();
        backups.Require(request.Caller, "share_backup:get_all");
        QueryParameters query = request.Query;
        Page page = query.Page();
        IAsyncEnumerable<Backup> rows = await backups.ListAsync(
            request.Caller,
            new BackupQuery
            {
                Name = query["name", "display_name"],
                NameLike = query["name~", "display_name~"],
                Description = query["description", "display_description"],
                DescriptionLike = query["description~", "display_description~"],
                Status = query["status"],
                ShareId = query["share_id"],
                Topic = query["topic"],
                Host = query["host"],
                Id = query["id"],
                AllProjects = query.Flag("all_tenants", "all_projects"),
                Page = page,
            },
            request.Aborted
        );
        await request.ReplyListAsync(
            "share_backups",
            "share_backup_links",
            detail ? "share-backups/detail" : "share-backups",
            rows,
            page.Limit,
            static backup => backup.Id,
            detail ? ShareBackupView.Detail : ShareBackupView.Summary
        );
    }

    private static async Task ShowAsync(ManilaRequest request) =>
        await ReplyAsync(
            request,
            200,
            await request.Service<BackupService>().GetAsync(request.Caller, request.Id, request.Aborted)
        );

    private static async Task CreateAsync(ManilaRequest request)
    {
        BackupService backups = request.Service<BackupService>();
        backups.Require(request.Caller, "share_backup:create");
        JsonElement body = request.Resource("share_backup", NoBackup);
        string? shareId = body.OptionalText("share_id");
        if (string.IsNullOrEmpty(shareId))
        {
            throw Fault.BadRequest("'share_id' is missing from the request body.");
        }
        (string? options, string? type) = Options(body);
        NewBackup backup = new(shareId, body.OptionalText("name"), body.OptionalText("description"), options, type);
        await ReplyAsync(request, 202, await backups.CreateAsync(request.Caller, backup, request.Aborted));
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        BackupService backups = request.Service<BackupService>();
        backups.Require(request.Caller, "share_backup:update");
        JsonElement body = request.Resource("share_backup", NoBackup);
        (bool setName, string? name) = body.EitherText("name", "display_name");
        (bool setDescription, string? description) = body.EitherText("description", "display_description");
        BackupChange change = new(setName, name, setDescription, description);
        await ReplyAsync(request, 200, await backups.UpdateAsync(request.Caller, request.Id, change, request.Aborted));
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<BackupService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task RestoreAsync(ManilaRequest request)
    {
        BackupService backups = request.Service<BackupService>();
        backups.Require(request.Caller, "share_backup:restore");
        string? target = request.Action.IsFalsy() ? null : request.Action.AsText("restore");
        bool sourceOnly = request.Version < WithTarget;
        string shareId = await backups.RestoreAsync(request.Caller, request.Id, target, sourceOnly, request.Aborted);
        await request.ReplyAsync(
            202,
            "restore",
            (BackupId: request.Id, ShareId: shareId),
            static (writer, restore, _) =>
            {
                writer.WriteStartObject();
                writer.WriteString("backup_id", restore.BackupId);
                writer.WriteString("share_id", restore.ShareId);
                writer.WriteEndObject();
            }
        );
    }

    private static async Task ResetAsync(ManilaRequest request)
    {
        BackupService backups = request.Service<BackupService>();
        backups.Require(request.Caller, "share_backup:reset_status");
        await backups.ResetStatusAsync(
            request.Caller,
            request.Id,
            ResetStatus.Read(request.Action, ResetStatuses),
            request.Aborted
        );
        await request.AcceptedAsync();
    }

    private static ManilaResource Resource(string path) => new(path, Since, experimental: true);

    private static Task ReplyAsync(ManilaRequest request, int status, Backup backup) =>
        request.ReplyAsync(status, "share_backup", backup, ShareBackupView.Detail);

    private static Fault NoBackup() => new(422, "Body does not contain 'share_backup' information.");

    /// <summary>Absent, null and empty options are none; anything but an object is 400. Only the type means something here.</summary>
    private static (string? Options, string? Type) Options(JsonElement body)
    {
        if (!body.TryGetProperty("backup_options", out JsonElement options) || options.ValueKind == JsonValueKind.Null)
        {
            return (null, null);
        }
        if (options.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest("'backup_options' must be an object.");
        }
        return options.IsFalsy()
            ? (null, null)
            : (options.GetRawText(), options.OptionalText("backup_type", longest: 32));
    }
}
