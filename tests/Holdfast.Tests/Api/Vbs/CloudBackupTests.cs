using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>VBS's own calls for backups.</summary>
public sealed class CloudBackupTests : VolumeBackupTests
{
    /// <summary>The vendor's example, with a volume that is there.</summary>
    private JsonObject Example() =>
        new()
        {
            ["volume_id"] = Volume.Id,
            ["snapshot_id"] = null,
            ["name"] = "backup1",
            ["description"] = "Backup_Demo",
            ["tags"] = new JsonArray(new JsonObject { ["key"] = "key", ["value"] = "value" }),
            ["extend_param"] = new JsonObject { ["FullBackup"] = "true" },
        };

    [Fact]
    public async Task The_example_begins_a_full_backup_and_answers_with_its_job()
    {
        await AddBackupAsync();
        string job = await JobIdAsync(PostAsync(Example()));
        Operation operation = (await World.Catalog.ReadAsync(s => s.Operations.FindAsync(job), default))!;
        Backup backup = (await World.Catalog.BackupAsync(operation.BackupId!))!;
        Assert.Equal(
            ("backup1", "Backup_Demo", Backup.Full, Volume.Id),
            (backup.Name, backup.Description, backup.BackupType, backup.VolumeId)
        );
        AssertRefused(await PostAsync(Example()), 400, "VolumeBackup.0013");
    }

    [Theory]
    [InlineData("""{"FullBackup":"false"}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_backup_is_incremental_otherwise(string extended)
    {
        await AddBackupAsync();
        JsonObject body = Example();
        body["extend_param"] = JsonNode.Parse(extended);
        string job = await JobIdAsync(PostAsync(body));
        Operation operation = (await World.Catalog.ReadAsync(s => s.Operations.FindAsync(job), default))!;
        Assert.Null((await World.Catalog.BackupAsync(operation.BackupId!))!.BackupType);
    }

    [Theory]
    [InlineData("备份-1.a_B")]
    [InlineData("automatic", "VolumeBackup.0005")]
    [InlineData("with space", "VolumeBackup.0004")]
    [InlineData("a/b", "VolumeBackup.0004")]
    [InlineData("tag\U000E002D", "VolumeBackup.0004")]
    [InlineData("", "VolumeBackup.0026")]
    [InlineData(null, "VolumeBackup.0007")]
    [InlineData(5, "VolumeBackup.0004")]
    public async Task Names_have_letters_digits_and_three_marks(object? name, string? code = null)
    {
        await AddBackupAsync();
        JsonObject body = Example();
        body["name"] = name switch
        {
            string text => text,
            int number => number,
            _ => null,
        };
        await AssertAsync(body, code);
    }

    [Theory]
    [InlineData("name", 64, 65, "VolumeBackup.0003")]
    [InlineData("description", 64, 65, "VolumeBackup.0006")]
    public async Task Texts_have_64_characters_at_most(string member, int longest, int longer, string code)
    {
        await AddBackupAsync();
        JsonObject body = Example();
        body[member] = new string('n', longer);
        await AssertAsync(body, code);
        body[member] = new string('n', longest);
        await AssertAsync(body, null);
    }

    // As many units of UTF-16 hold half of these; U+2003C ends like '<'.
    [Theory]
    [InlineData("name", "\"*\"", 64, "VolumeBackup.0003")]
    [InlineData("description", "\"*\"", 64, "VolumeBackup.0006")]
    [InlineData("tags", """[{"key":"*","value":""}]""", 36, "VolumeBackup.0049")]
    [InlineData("tags", """[{"key":"k","value":"*"}]""", 43, "VolumeBackup.0049")]
    public async Task A_character_beyond_the_first_plane_is_one_and_no_other(
        string member,
        string pattern,
        int most,
        string code
    )
    {
        await AddBackupAsync();
        JsonObject body = Example();
        body[member] = Filled(most + 1);
        await AssertAsync(body, code);
        body[member] = Filled(most);
        await AssertAsync(body, null);

        JsonNode Filled(int count) =>
            JsonNode.Parse(
                pattern.Replace("*", string.Concat(Enumerable.Repeat(char.ConvertFromUtf32(0x2003C), count)))
            )!;
    }

    [Theory]
    [InlineData("volume_id", "null", 400, "VolumeBackup.0010")]
    [InlineData("volume_id", "5", 400, "VolumeBackup.0010")]
    [InlineData("volume_id", "\"none\"", 400, "VolumeBackup.0011")]
    [InlineData("volume_id", "\"11111111-1111-4111-8111-111111111111\"", 404, "VolumeBackup.0021")]
    [InlineData("snapshot_id", "\"11111111-1111-4111-8111-111111111111\"", 404, "VolumeBackup.0019")]
    [InlineData("description", "\"<b>\"", 400, "VolumeBackup.0006")]
    [InlineData("tags", "{}", 400, "VolumeBackup.0049")]
    [InlineData("tags", """[{"key":"a=b","value":""}]""", 400, "VolumeBackup.0049")]
    [InlineData("tags", """[{"key":"a"}]""", 400, "VolumeBackup.0049")]
    [InlineData("extend_param", "[]", 400, "VolumeBackup.0002")]
    [InlineData("extend_param", """{"FullBackup":"perhaps"}""", 400, "VolumeBackup.0002")]
    public async Task What_is_not_as_it_should_be_has_its_code(string member, string value, int status, string code)
    {
        await AddBackupAsync();
        JsonObject body = Example();
        body[member] = JsonNode.Parse(value);
        AssertRefused(await PostAsync(body), status, code);
        Assert.Empty(await World.QueuedAsync());
    }

    [Theory]
    [InlineData("cloudbackups", "[", "VolumeBackup.0002")]
    [InlineData("cloudbackups", """{"backup":"x"}""", "VolumeBackup.0002")]
    [InlineData("cloudbackups/{id}/restore", "{}", "VolumeBackup.0210")]
    [InlineData("cloudbackups/{id}/restore", """{"restore":{}}""", "VolumeBackup.0208")]
    [InlineData("cloudbackups/{id}/restore", """{"restore":{"volume_id":[]}}""", "VolumeBackup.0208")]
    public async Task A_body_without_its_object_is_refused(string path, string body, string code)
    {
        Backup backup = await AddBackupAsync();
        AssertRefused(await SendAsync("POST", path.Replace("{id}", backup.Id), body), 400, code);
    }

    [Theory]
    [InlineData(QuotaResource.Backups, "VolumeBackup.0080")]
    [InlineData(QuotaResource.BackupGigabytes, "VolumeBackup.0081")]
    public async Task Quotas_have_codes_of_their_own(string resource, string code)
    {
        await AddBackupAsync();
        await World.Catalog.WriteAsync(
            session => session.Quotas.SetAsync(new QuotaScope(ApiHost.Project), resource, 1),
            default
        );
        AssertRefused(await PostAsync(Example()), 413, code);
    }

    [Fact]
    public async Task Quotas_are_shown_as_the_vendor_does()
    {
        await AddBackupAsync();
        await World.AddBackupAsync(await World.AddShareAsync(size: 4));
        Answer answer = await SendAsync("GET", "cloudbackups/quota");
        Assert.Equal(200, answer.Code);
        string expected = """
            {"quotas":{"resources":[{"type":"backups","used":2,"reserved":0,"quota":10},
            {"type":"backup_gigabytes","used":5,"reserved":0,"quota":1000}]}}
            """;
        Assert.Equal(expected.ReplaceLineEndings(""), answer.Text);
    }

    [Fact]
    public async Task A_restore_is_a_job_with_its_own_refusals()
    {
        Backup backup = await AddBackupAsync(row => row with { Size = 2 });
        Volume large = await World.AddVolumeAsync(row => row with { Size = 2 });
        Volume busy = await World.AddVolumeAsync(row => row with { Size = 2, Status = VolumeStatus.BackingUp });
        Volume broken = await World.AddVolumeAsync(row => row with { Size = 2, Status = VolumeStatus.Error });
        string missing = Guid.NewGuid().ToString();
        AssertRefused(await RestoreAsync(backup.Id, Volume.Id), 400, "VolumeBackup.0209");
        AssertRefused(await RestoreAsync(backup.Id, busy.Id), 400, "VolumeBackup.0206");
        AssertRefused(await RestoreAsync(backup.Id, broken.Id), 400, "VolumeBackup.0205");
        AssertRefused(await RestoreAsync(backup.Id, missing), 404, "VolumeBackup.0207");
        AssertRefused(await RestoreAsync(missing, large.Id), 404, "VolumeBackup.0111");
        await JobIdAsync(RestoreAsync(backup.Id, large.Id));
        AssertRefused(await RestoreAsync(backup.Id, large.Id), 400, "VolumeBackup.0089");
    }

    [Fact]
    public async Task The_deprecated_delete_is_a_job_and_needs_no_body()
    {
        Backup backup = await AddBackupAsync();
        await JobIdAsync(SendAsync("POST", $"cloudbackups/{backup.Id}"));
        AssertRefused(await SendAsync("POST", $"cloudbackups/{backup.Id}"), 400, "VolumeBackup.0125");
        AssertRefused(await SendAsync("POST", $"cloudbackups/{Guid.NewGuid()}"), 404, "VolumeBackup.0110");
    }

    private Task<Answer> PostAsync(JsonObject backup) =>
        SendAsync("POST", "cloudbackups", new JsonObject { ["backup"] = backup.DeepClone() }.ToJsonString());

    private Task<Answer> RestoreAsync(string backup, string volume) =>
        SendAsync("POST", $"cloudbackups/{backup}/restore", $$$"""{"restore":{"volume_id":"{{{volume}}}"}}""");

    private async Task AssertAsync(JsonObject body, string? code)
    {
        Answer answer = await PostAsync(body);
        if (code is null)
        {
            Assert.Equal((200, "job_id"), (answer.Code, Assert.Single(Keys(answer.Json))));
        }
        else
        {
            AssertRefused(answer, 400, code);
        }
    }
}
