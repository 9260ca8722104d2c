using Holdfast.Api.Vbs;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>Who may do what at VBS's calls: every call there is, as everybody.</summary>
public class VbsAccessTests : AccessTableTests
{
    // No URL here can name the project of an administrator of none; a member of another project asks at that project's.
    protected override IReadOnlyList<AccessRow> Table { get; } =
    [
        new("POST /v2/{project_id}/os-vendor-backup-sharing", "401 401 403 400 404 403 200 200"),
        new("GET /v2/{project_id}/os-vendor-backup-sharing/detail", "401 401 403 400 200 200 200 200"),
        new("GET /v2/{project_id}/os-vendor-backup-sharing/count", "401 401 403 400 200 200 200 200"),
        new("GET /v2/{project_id}/os-vendor-backup-sharing/{id}", "401 401 403 400 404 200 200 200"),
        new("DELETE /v2/{project_id}/os-vendor-backup-sharing/{id}", "401 401 403 400 404 403 200 200"),
        new("GET /v2/{project_id}/backups", "401 401 403 400 200 200 200 200"),
        new("POST /v2/{project_id}/backups", "401 401 403 400 404 403 202 202"),
        new("GET /v2/{project_id}/backups/detail", "401 401 403 400 200 200 200 200"),
        new("GET /v2/{project_id}/backups/{id}", "401 401 403 400 404 200 200 200"),
        new("DELETE /v2/{project_id}/backups/{id}", "401 401 403 400 404 403 202 202"),
        new("POST /v2/{project_id}/backups/{id}/restore", "401 401 403 400 404 403 202 202"),
        new("POST /v2/{project_id}/cloudbackups", "401 401 403 400 404 403 200 200"),
        new("GET /v2/{project_id}/cloudbackups/quota", "401 401 403 400 200 200 200 200"),
        new("POST /v2/{project_id}/cloudbackups/{id}", "401 401 403 400 404 403 200 200"),
        new("POST /v2/{project_id}/cloudbackups/{id}/restore", "401 401 403 400 404 403 200 200"),
        new("POST /v2/{project_id}/cloudvolumes", "401 401 403 400 404 403 200 200"),
        new("GET /v1/{project_id}/jobs/{id}", "401 401 403 400 404 200 200 200"),
        .. from path in (string[])["backuppolicy/{**rest}", "backuppolicyresources/{**rest}"]
        from verb in (string[])["GET", "POST", "PUT", "DELETE"]
        select new AccessRow($"{verb} /v2/{{project_id}}/{path}", "401 401 501 400 501 501 501 501"),
    ];

    protected override IEnumerable<string> Served =>
        VbsRoutes.Routes.SelectMany(route => route.Verbs.Select(verb => $"{verb} {route.Path}"));

    [Fact]
    public async Task Another_projects_url_is_400_whoever_asks()
    {
        foreach (AccessRow row in Table)
        {
            foreach (string project in (string[])[ApiHost.OtherProject, "nobody", ApiHost.Project.ToUpperInvariant()])
            {
                Answer answer = await SendAsync(row.Name.Replace("{project_id}", project), "admin");
                // Either envelope has its message there.
                Assert.Equal((400, "Malformed request url"), (answer.Code, answer.Fault?.Message));
            }
        }
    }

    internal override async Task<Answer> SendAsync(string name, string? caller)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string[] call = name.Split(' ');
        string path = call[1]
            .Replace("{project_id}", caller == "other" ? ApiHost.OtherProject : ApiHost.Project)
            .Replace("{**rest}", "one/tags");
        Volume volume = await World.AddVolumeAsync();
        Backup ofVolume = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with { ProjectId = ApiHost.Project };
        await World.Catalog.AddBackupsAsync(ofVolume);
        if (path.Contains("{id}", StringComparison.Ordinal))
        {
            string id =
                path.Contains("/os-vendor", StringComparison.Ordinal) ? (await World.AddSharingAsync(backup)).Id
                : path.Contains("/jobs/", StringComparison.Ordinal) ? await AddJobAsync(ofVolume)
                : ofVolume.Id;
            path = path.Replace("{id}", id);
        }
        string body = $$$"""
            {"shared":{"backup_id":"{{{backup.Id}}}","to_project_ids":["{{{Rows.Stranger}}}"]},
            "backup":{"volume_id":"{{{volume.Id}}}","name":"one"},"restore":{"volume_id":"{{{volume.Id}}}"},
            "volume":{"backup_id":"{{{ofVolume.Id}}}"}}
            """;
        return await Host.SendAsync(
            call[0],
            path,
            call[0] is "POST" or "PUT" ? body : null,
            caller,
            version: null,
            experimental: null
        );
    }

    private async Task<string> AddJobAsync(Backup backup)
    {
        Operation operation = NewOperation.Of(OperationKind.CreateVolumeBackup, backup.ProjectId, Rows.Start) with
        {
            BackupId = backup.Id,
            VolumeId = backup.VolumeId,
        };
        await World.Catalog.WriteAsync(session => session.Operations.AddAsync(operation), CancellationToken.None);
        return operation.Id;
    }
}
