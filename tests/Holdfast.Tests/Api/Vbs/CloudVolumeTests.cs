using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>The vendor's call that makes a volume of a backup.</summary>
public sealed class CloudVolumeTests : VolumeBackupTests
{
    [Fact]
    public async Task A_recipient_gets_a_volume_of_its_own_by_a_job()
    {
        Backup backup = await AddBackupAsync();
        AssertRefused(await PostAsync($"\"backup_id\":\"{backup.Id}\"", "other"), 404, "EVS.5404");
        await ShareAsync(backup);
        string members =
            $"\"backup_id\":\"{backup.Id}\",\"availability_zone\":\"eu-de-01\",\"volume_type\":\"SATA\",\"size\":3,"
            + "\"count\":1,\"name\":\"mine\"";
        string id = await JobIdAsync(PostAsync(members, "other"));
        Operation job = (await World.Catalog.ReadAsync(s => s.Operations.FindAsync(id), default))!;
        Volume made = (await World.Catalog.VolumeAsync(job.VolumeId!))!;
        Assert.Equal(
            (ApiHost.OtherProject, "mine", 3, VolumeStatus.Creating),
            (made.ProjectId, made.Name, made.Size, made.Status)
        );
        Assert.Equal("createVolume", Text((await JobAsync(id, "other")).Json, "job_type"));
        Assert.Equal(made.Id, Text((await JobAsync(id, "other")).Json["entities"], "volume_id"));
        Assert.Equal(backup, await World.Catalog.BackupAsync(backup.Id));
    }

    [Theory]
    [InlineData("\"size\":1", "EVS.1006")]
    [InlineData("\"backup_id\":null", "EVS.1006")]
    [InlineData("\"backup_id\":\"{id}\",\"snapshot_id\":\"x\"", "EVS.1016")]
    [InlineData("\"backup_id\":\"{id}\",\"imageRef\":\"x\"", "EVS.1016")]
    [InlineData("\"backup_id\":\"{id}\",\"size\":1", "EVS.1022")]
    [InlineData("\"backup_id\":\"{id}\",\"size\":\"2\"", "EVS.1022")]
    [InlineData("\"backup_id\":\"{id}\",\"size\":1e99", "EVS.1022")]
    [InlineData("\"backup_id\":\"{id}\",\"size\":0", "EVS.1022")]
    [InlineData("\"backup_id\":\"{id}\",\"size\":2049", "EVS.1022")]
    [InlineData("\"backup_id\":\"{id}\",\"count\":2", "EVS.1051")]
    [InlineData("\"backup_id\":[]", "VolumeBackup.0002")]
    public async Task What_it_cannot_be_made_of_has_its_code(string members, string code)
    {
        Backup backup = await AddBackupAsync(row => row with { Size = 2 });
        AssertRefused(await PostAsync(members.Replace("{id}", backup.Id)), 400, code);
    }

    [Fact]
    public async Task A_backup_larger_than_an_empty_volume_may_be_is_given_one_of_its_size()
    {
        Backup backup = await AddBackupAsync(row => row with { Size = 3000 });
        AssertRefused(await PostAsync($"\"backup_id\":\"{backup.Id}\",\"size\":3001"), 400, "EVS.1022");
        await JobIdAsync(PostAsync($"\"backup_id\":\"{backup.Id}\",\"size\":3000"));
        await JobIdAsync(PostAsync($"\"backup_id\":\"{backup.Id}\""));
    }

    [Fact]
    public async Task What_a_project_may_make_together_has_no_backup_quotas_code()
    {
        Backup backup = await AddBackupAsync();
        Volume large = await World.AddVolumeAsync(row => row with { Size = 10_240 });
        AssertRefused(await PostAsync($"\"backup_id\":\"{backup.Id}\""), 413, "VolumeBackup.0083");
        await World.Catalog.WriteAsync(session => session.Volumes.RemoveAsync(large.Id), default);
        for (int made = 0; made < 1000; made++)
        {
            await World.AddVolumeAsync();
        }
        AssertRefused(await PostAsync($"\"backup_id\":\"{backup.Id}\""), 413, "VolumeBackup.0082");
    }

    [Fact]
    public async Task A_backup_that_is_not_whole_makes_no_volume()
    {
        Backup backup = await AddBackupAsync(row => row with { Status = BackupStatus.Creating, SnapshotId = null });
        AssertRefused(await PostAsync($"\"backup_id\":\"{backup.Id}\""), 400, "EVS.1044");
        Backup ofShare = await World.AddBackupAsync(await World.AddShareAsync());
        AssertRefused(await PostAsync($"\"backup_id\":\"{ofShare.Id}\""), 404, "EVS.5404");
    }

    private Task<Answer> PostAsync(string members, string token = "member") =>
        SendAsync("POST", "cloudvolumes", $"{{\"volume\":{{{members}}}}}", token);
}
