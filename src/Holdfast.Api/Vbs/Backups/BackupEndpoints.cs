using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.Backups;

/// <summary>Cinder's calls for backups, of which VBS is an extension: those of volumes alone.</summary>
internal static class BackupEndpoints
{
    private const string Collection = "backups";

    public static readonly VbsRoute[] Routes =
    [
        Route("").Get(request => ListAsync(request, detail: false)).Post(CreateAsync),
        Route("/detail").Get(request => ListAsync(request, detail: true)),
        Route("/{id}").Get(ShowAsync).Delete(DeleteAsync),
        Route("/{id}/restore").Post(RestoreAsync),
    ];

    private static async Task ListAsync(VbsRequest request, bool detail)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:get_all");
        RowList<VolumeBackup> list = await backups.ListAsync(
            request.Caller,
            new VolumeBackupQuery
            {
                Name = request.Query["name"],
                Status = request.Query["status"],
                VolumeId = request.Query["volume_id"],
                Page = request.Page(),
            },
            request.Aborted
        );
        await request.ReplyListAsync(
            "backups",
            detail ? $"{Collection}/detail" : Collection,
            list.Rows,
            list.More ? request.Query.From(request.Page().Offset + list.Rows.Count) : null,
            (writer, row) =>
            {
                if (detail)
                {
                    BackupView.WriteWhole(writer, row, request);
                }
                else
                {
                    BackupView.WriteShort(writer, row.Row, request);
                }
            },
            linkBesideLimit: true
        );
    }

    private static async Task ShowAsync(VbsRequest request)
    {
        VolumeBackup backup = await request
            .Service<VolumeBackupService>()
            .GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(
            StatusCodes.Status200OK,
            writer =>
            {
                writer.WritePropertyName("backup");
                BackupView.WriteWhole(writer, backup, request);
            }
        );
    }

    private static async Task CreateAsync(VbsRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:create");
        JsonElement body = await request.ResourceAsync("backup");
        NewVolumeBackup wanted = new(
            body.RequiredText("volume_id"),
            body.OptionalText("name"),
            body.OptionalText("description")
        );
        // Rather none than one of another moment than it was asked for.
        if (body.OptionalText("snapshot_id") is { Length: > 0 } snapshot)
        {
            throw new Fault(StatusCodes.Status404NotFound, $"Snapshot {snapshot} could not be found.");
        }
        VolumeBackupWork work = await backups.CreateAsync(request.Caller, wanted, request.Aborted);
        await request.ReplyAsync(
            StatusCodes.Status202Accepted,
            writer =>
            {
                writer.WritePropertyName("backup");
                BackupView.WriteShort(writer, work.Backup, request);
            }
        );
    }

    private static async Task DeleteAsync(VbsRequest request)
    {
        await request.Service<VolumeBackupService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        request.Empty(StatusCodes.Status202Accepted);
    }

    private static async Task RestoreAsync(VbsRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:restore");
        JsonElement body = await request.ResourceAsync("restore");
        VolumeBackupWork work = await backups.RestoreAsync(
            request.Caller,
            request.Id,
            body.RequiredText("volume_id"),
            request.Aborted
        );
        await request.ReplyAsync(
            StatusCodes.Status202Accepted,
            writer =>
            {
                writer.WriteStartObject("restore");
                writer.WriteString("backup_id", work.Backup.Id);
                writer.WriteString("volume_id", work.Volume!.Id);
                writer.WriteString("volume_name", work.Volume.Name);
                writer.WriteEndObject();
            }
        );
    }

    private static VbsRoute Route(string tail) => new($"{VbsRoute.V2}/{Collection}{tail}", VbsErrors.Fault);
}
