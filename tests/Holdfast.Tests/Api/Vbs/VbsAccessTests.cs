using Holdfast.Api.Vbs;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>Who may do what at VBS's calls: every call there is, as everybody.</summary>
public class VbsAccessTests : ManilaTests
{
    private static readonly string?[] Callers =
    [
        null,
        "stale",
        "guest",
        "system",
        "other",
        "reader",
        "member",
        "admin",
    ];

    // Statuses in the callers' order: no token, a token that is no more, no role, an administrator of no project (whom no
    // URL here can name), a member of another project at that project's URL, a reader, a member, an administrator. The
    // object acted on is the last three's project's.
    private static readonly (string Name, string Statuses)[] Table =
    [
        ("POST /v2/{project_id}/os-vendor-backup-sharing", "401 401 403 400 404 403 200 200"),
        ("GET /v2/{project_id}/os-vendor-backup-sharing/detail", "401 401 403 400 200 200 200 200"),
        ("GET /v2/{project_id}/os-vendor-backup-sharing/count", "401 401 403 400 200 200 200 200"),
        ("GET /v2/{project_id}/os-vendor-backup-sharing/{id}", "401 401 403 400 404 200 200 200"),
        ("DELETE /v2/{project_id}/os-vendor-backup-sharing/{id}", "401 401 403 400 404 403 200 200"),
        ("GET /v2/{project_id}/backups", "401 401 403 400 200 200 200 200"),
        ("POST /v2/{project_id}/backups", "401 401 403 400 404 403 202 202"),
        ("GET /v2/{project_id}/backups/detail", "401 401 403 400 200 200 200 200"),
        ("GET /v2/{project_id}/backups/{id}", "401 401 403 400 404 200 200 200"),
        ("DELETE /v2/{project_id}/backups/{id}", "401 401 403 400 404 403 202 202"),
        ("POST /v2/{project_id}/backups/{id}/restore", "401 401 403 400 404 403 202 202"),
        ("POST /v2/{project_id}/cloudbackups", "401 401 403 400 404 403 200 200"),
        ("GET /v2/{project_id}/cloudbackups/quota", "401 401 403 400 200 200 200 200"),
        ("POST /v2/{project_id}/cloudbackups/{id}", "401 401 403 400 404 403 200 200"),
        ("POST /v2/{project_id}/cloudbackups/{id}/restore", "401 401 403 400 404 403 200 200"),
        ("POST /v2/{project_id}/cloudvolumes", "401 401 403 400 404 403 200 200"),
        ("GET /v1/{project_id}/jobs/{id}", "401 401 403 400 404 200 200 200"),
        .. from path in (string[])["backuppolicy/{**rest}", "backuppolicyresources/{**rest}"]
        from verb in (string[])["GET", "POST", "PUT", "DELETE"]
        select ($"{verb} /v2/{{project_id}}/{path}", "401 401 501 400 501 501 501 501"),
    ];

    [Fact]
    public void The_table_names_every_call_there_is_and_no_other() =>
        Assert.Equal(
            VbsRoutes
                .Routes.SelectMany(route => route.Verbs.Select(verb => $"{verb} {route.Path}"))
                .Where(name => !name.StartsWith("HEAD ", StringComparison.Ordinal))
                .Order(),
            Table.Select(call => call.Name).Order()
        );

    [Fact]
    public async Task Every_call_as_everybody()
    {
        await World.LiftQuotasAsync();
        List<string> wrong = [];
        foreach ((string name, string statuses) in Table)
        {
            List<int> seen = [];
            foreach (string? caller in Callers)
            {
                seen.Add((await SendAsync(name, caller)).Code);
            }
            if (string.Join(' ', seen) != statuses)
            {
                wrong.Add($"{name}: {string.Join(' ', seen)}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_the_same_as_everywhere()
    {
        Answer manila = await Host.SendAsync("GET", "/v2/shares", token: null);
        foreach ((string name, _) in Table)
        {
            Answer vbs = await SendAsync(name, null);
            Assert.Equal((manila.Text, manila.Code), (vbs.Text, vbs.Code));
            Assert.Equal(manila.Header("WWW-Authenticate"), vbs.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task Another_projects_url_is_400_whoever_asks()
    {
        foreach ((string name, _) in Table)
        {
            foreach (string project in (string[])[ApiHost.OtherProject, "nobody", ApiHost.Project.ToUpperInvariant()])
            {
                Answer answer = await SendAsync(name.Replace("{project_id}", project), "admin");
                // Either envelope has its message there.
                Assert.Equal((400, "Malformed request url"), (answer.Code, answer.Fault?.Message));
            }
        }
    }

    [Fact]
    public async Task Another_verb_is_405_and_the_answer_names_those_there_are()
    {
        string[] methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        foreach (string path in Table.Select(call => call.Name.Split(' ')[1]).Distinct())
        {
            string[] served =
            [
                .. Table.Where(call => call.Name.EndsWith($" {path}")).Select(c => c.Name.Split(' ')[0]),
            ];
            served = served.Contains("GET") ? [.. served, "HEAD"] : served;
            foreach (string method in methods.Except(served))
            {
                Answer answer = await SendAsync($"{method} {path}", "admin");
                Assert.Equal(
                    (405, string.Join(',', served.Order(StringComparer.Ordinal))),
                    (answer.Code, answer.Header("Allow"))
                );
            }
        }
    }

    private async Task<Answer> SendAsync(string name, string? caller)
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
