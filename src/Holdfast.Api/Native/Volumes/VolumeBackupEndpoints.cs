using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Volumes;

/// <summary>A volume is backed up, or overwritten with a backup. What VBS's calls do, for clients of this API.</summary>
internal static class VolumeBackupEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("volumes/{id}/backup").Post(BackUpAsync),
        new NativeRoute("volumes/{id}/restore").Post(RestoreAsync),
    ];

    private static async Task BackUpAsync(NativeRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:create");
        JsonElement body = await request.BodyAsync();
        NewVolumeBackup asked = new(
            request.Id,
            body.OptionalText("name"),
            body.OptionalText("description"),
            Full: body.OptionalFlag("full")
        );
        VolumeBackupWork work = await backups.CreateAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, work, VolumeBackupView.Write);
    }

    /// <summary>The backup is the project's own, or one that it was given.</summary>
    private static async Task RestoreAsync(NativeRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:restore");
        JsonElement body = await request.BodyAsync();
        VolumeBackupWork work = await backups.RestoreAsync(
            request.Caller,
            body.RequiredText("backup_id"),
            request.Id,
            request.Aborted
        );
        Volume volume = work.Volume! with { Status = VolumeStatus.RestoringBackup, SourceBackupId = work.Backup.Id };
        await request.ReplyAsync(
            StatusCodes.Status202Accepted,
            new VolumeWork(volume, work.Operation),
            VolumeView.Write
        );
    }

    /// <summary>False when it is absent or null.</summary>
    private static bool OptionalFlag(this JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value)
        && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw Problem.BadRequest($"'{name}' must be true or false."),
        };
}
