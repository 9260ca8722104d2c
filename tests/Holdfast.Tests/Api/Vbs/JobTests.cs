using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>Jobs: operations on volumes and their backups.</summary>
public sealed class JobTests : VolumeBackupTests
{
    private static readonly string[] Members =
    [
        "begin_time",
        "end_time",
        "entities",
        "error_code",
        "fail_reason",
        "job_id",
        "job_type",
        "status",
    ];

    private static readonly DateTimeOffset Begin = new(2016, 1, 28, 16, 14, 9, 466, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2016, 1, 28, 16, 25, 27, 690, TimeSpan.Zero);

    [Fact]
    public async Task A_backup_is_the_vendors_example()
    {
        Backup backup = await AddBackupAsync();
        Operation operation = await AddAsync(backup, OperationKind.CreateVolumeBackup);
        Answer answer = await JobAsync(operation.Id);
        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        string expected = $$$"""
            {"status":"SUCCESS","entities":{"bks_create_volume_name":"disk","backup_id":"{{{backup.Id}}}",
            "volume_id":"{{{Volume.Id}}}","snapshot_id":""},"job_id":"{{{operation.Id}}}",
            "job_type":"bksCreateBackup","begin_time":"2016-01-28T16:14:09.466Z",
            "end_time":"2016-01-28T16:25:27.690Z","error_code":null,"fail_reason":null}
            """;
        Assert.Equal(expected.ReplaceLineEndings(""), answer.Text);
    }

    [Theory]
    [InlineData(OperationKind.CreateVolumeBackup, "bksCreateBackup", "VolumeBackup.0064")]
    [InlineData(OperationKind.DeleteBackup, "bksDeleteBackup", "VolumeBackup.0102")]
    [InlineData(OperationKind.RestoreVolumeBackup, "bksRestoreBackup", "VolumeBackup.0200")]
    [InlineData(OperationKind.CreateVolume, "createVolume", null)]
    public async Task Each_kind_fails_with_its_code_and_a_reason(string kind, string type, string? code)
    {
        Backup backup = await AddBackupAsync();
        foreach (string status in (string[])[OperationStatus.Failed, OperationStatus.Cancelled])
        {
            Operation operation = await AddAsync(backup, kind, status, message: "why");
            JsonNode job = (await JobAsync(operation.Id)).Json;
            Assert.Equal(Members, Keys(job));
            Assert.Equal(
                ("FAIL", type, code, "why"),
                (Text(job, "status"), Text(job, "job_type"), Text(job, "error_code"), Text(job, "fail_reason"))
            );
            Assert.All(job["entities"]!.AsObject(), pair => Assert.IsType<string>(pair.Value!.GetValue<string>()));
        }
    }

    [Theory]
    [InlineData(OperationStatus.Queued, 0, "INIT")]
    [InlineData(OperationStatus.Queued, 1, "RUNNING")]
    [InlineData(OperationStatus.Running, 1, "RUNNING")]
    public async Task A_job_that_has_not_ended_has_no_end(string status, int attempts, string shown)
    {
        Operation operation = await AddAsync(
            await AddBackupAsync(),
            OperationKind.CreateVolumeBackup,
            status,
            attempts: attempts,
            message: "The worker was lost; beginning again."
        );
        JsonNode job = (await JobAsync(operation.Id)).Json;
        Assert.Equal((shown, null, null), (Text(job, "status"), Text(job, "end_time"), Text(job, "fail_reason")));
        Assert.EndsWith("Z", Text(job, "begin_time"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_job_of_the_project_is_not_there()
    {
        Backup backup = await AddBackupAsync();
        Operation own = await AddAsync(backup, OperationKind.CreateVolumeBackup);
        Operation share = await AddAsync(backup, OperationKind.CreateShare, ofVolume: false);
        AssertRefused(await JobAsync(own.Id, "other"), 404, "common.0011");
        AssertRefused(await JobAsync(share.Id), 404, "common.0011");
        AssertRefused(await JobAsync("none"), 404, "common.0011");
        Answer missing = await JobAsync(Guid.NewGuid().ToString(), "other");
        Assert.Equal(missing.Text, (await JobAsync(own.Id, "other")).Text);
    }

    [Fact]
    public async Task A_recipients_restore_is_the_recipients_job()
    {
        Backup backup = await AddBackupAsync();
        await ShareAsync(backup);
        Volume own = await World.AddVolumeAsync(row => row with { ProjectId = ApiHost.OtherProject });
        string body = $$$"""{"restore":{"volume_id":"{{{own.Id}}}"}}""";
        string job = await JobIdAsync(SendAsync("POST", $"cloudbackups/{backup.Id}/restore", body, "other"));
        Assert.Equal(200, (await JobAsync(job, "other")).Code);
        AssertRefused(await JobAsync(job), 404, "common.0011");
    }

    private async Task<Operation> AddAsync(
        Backup backup,
        string kind,
        string status = OperationStatus.Succeeded,
        int attempts = 1,
        string? message = null,
        bool ofVolume = true
    )
    {
        bool ended = status is not (OperationStatus.Queued or OperationStatus.Running);
        Operation operation = NewOperation.Of(kind, ApiHost.Project, Begin) with
        {
            BackupId = kind == OperationKind.CreateVolume ? null : backup.Id,
            VolumeId = ofVolume ? backup.VolumeId : null,
            Status = status,
            Attempts = attempts,
            Message = message,
            StartedAt = attempts == 0 ? null : Begin,
            FinishedAt = ended ? End : null,
        };
        await World.Catalog.WriteAsync(session => session.Operations.AddAsync(operation), default);
        return operation;
    }
}
