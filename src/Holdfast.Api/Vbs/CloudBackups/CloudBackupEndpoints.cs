using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Api.Vbs.Jobs;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.CloudBackups;

/// <summary>VBS's own calls for backups of volumes: each answers with a job.</summary>
internal static class CloudBackupEndpoints
{
    public static readonly VbsRoute[] Routes =
    [
        Route("").Post(CreateAsync),
        Route("/quota").Get(ShowQuotaAsync),
        Route("/{id}").Post(DeleteAsync),
        Route("/{id}/restore").Post(RestoreAsync),
    ];

    private static readonly string[] Quotas = [QuotaResource.Backups, QuotaResource.BackupGigabytes];

    private static async Task CreateAsync(VbsRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:create");
        NewVolumeBackup wanted = CloudBackupBody.Read(await request.ResourceAsync("backup"));
        VolumeBackupWork work = await VbsError.CodedAsync(
            backups.CreateAsync(request.Caller, wanted, request.Aborted),
            CodeOfCreate
        );
        await request.ReplyJobAsync(work.Operation);
    }

    /// <summary>The deprecated way to delete; its body says nothing and is not read.</summary>
    private static async Task DeleteAsync(VbsRequest request)
    {
        VolumeBackupWork work = await VbsError.CodedAsync(
            request.Service<VolumeBackupService>().DeleteAsync(request.Caller, request.Id, request.Aborted),
            CodeOfDelete
        );
        await request.ReplyJobAsync(work.Operation);
    }

    private static async Task RestoreAsync(VbsRequest request)
    {
        VolumeBackupService backups = request.Service<VolumeBackupService>();
        backups.Require(request.Caller, "volume_backup:restore");
        string volume = CloudBackupBody.ReadTarget(await ReadRestoreAsync(request));
        VolumeBackupWork work = await VbsError.CodedAsync(
            backups.RestoreAsync(request.Caller, request.Id, volume, request.Aborted),
            CodeOfRestore
        );
        await request.ReplyJobAsync(work.Operation);
    }

    private static async Task<JsonElement> ReadRestoreAsync(VbsRequest request)
    {
        try
        {
            return await request.ResourceAsync("restore");
        }
        catch (Fault fault) when (fault.Status == StatusCodes.Status400BadRequest)
        {
            throw new VbsError(fault.Status, "VolumeBackup.0210", fault.Message);
        }
    }

    /// <summary>Of the backups of volumes and those of shares together, as the limits are.</summary>
    private static async Task ShowQuotaAsync(VbsRequest request)
    {
        QuotaSet set = await request
            .Service<QuotaService>()
            .GetAsync(request.Caller, new QuotaTarget(request.Caller.ProjectId), request.Aborted);
        await request.ReplyAsync(
            StatusCodes.Status200OK,
            writer =>
            {
                writer.WriteStartObject("quotas");
                writer.WriteStartArray("resources");
                foreach (Quota quota in Quotas.Select(name => set.Quotas[name]))
                {
                    writer.WriteStartObject();
                    writer.WriteString("type", quota.Resource);
                    writer.WriteNumber("used", quota.InUse);
                    writer.WriteNumber("reserved", 0);
                    writer.WriteNumber("quota", quota.Limit);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        );
    }

    private static string? CodeOfCreate(Refusal refusal) =>
        refusal switch
        {
            Refusal.NoVolume => "VolumeBackup.0021",
            Refusal.VolumeBusy => "VolumeBackup.0012",
            Refusal.VolumeBeingBackedUp => "VolumeBackup.0013",
            Refusal.BackupQuota => "VolumeBackup.0080",
            Refusal.BackupGigabytesQuota => "VolumeBackup.0081",
            _ => null,
        };

    private static string? CodeOfDelete(Refusal refusal) =>
        refusal switch
        {
            Refusal.NoBackup => "VolumeBackup.0110",
            Refusal.BackupBusy => "VolumeBackup.0125",
            _ => null,
        };

    private static string? CodeOfRestore(Refusal refusal) =>
        refusal switch
        {
            Refusal.NoBackup => "VolumeBackup.0111",
            Refusal.NoVolume => "VolumeBackup.0207",
            Refusal.BackupBusy => "VolumeBackup.0089",
            Refusal.VolumeBusy => "VolumeBackup.0205",
            Refusal.VolumeBeingBackedUp => "VolumeBackup.0206",
            Refusal.VolumeTooSmall => "VolumeBackup.0209",
            _ => null,
        };

    private static VbsRoute Route(string tail) => new($"{VbsRoute.V2}/cloudbackups{tail}", VbsErrors.Coded);
}
