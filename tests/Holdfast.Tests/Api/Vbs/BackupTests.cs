using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>Cinder's calls for backups.</summary>
public sealed class BackupTests : VolumeBackupTests
{
    // What the vendor's example of v3 has; v2's has the tenant under the name of before.
    private static readonly string[] Members =
    [
        "availability_zone",
        "container",
        "created_at",
        "data_timestamp",
        "description",
        "fail_reason",
        "has_dependent_backups",
        "id",
        "is_incremental",
        "links",
        "name",
        "object_count",
        "os-bak-tenant-attr:tenant_id",
        "service_metadata",
        "size",
        "snapshot_id",
        "status",
        "updated_at",
        "volume_id",
    ];

    [Fact]
    public async Task Creating_answers_with_the_name_and_the_links()
    {
        await AddBackupAsync();
        string body = $$$"""
            {"backup":{"volume_id":"{{{Volume.Id}}}","snapshot_id":null,"name":"backup1","description":"Backup_Demo"}}
            """;
        Answer answer = await SendAsync("POST", "backups", body);
        Assert.Equal(202, answer.Code);
        JsonNode backup = answer.Json["backup"]!;
        Assert.Equal(["id", "links", "name"], Keys(backup));
        Assert.Equal("backup1", Text(backup, "name"));
        string id = Text(backup, "id")!;
        Assert.True(JsonNode.DeepEquals(Links(id), backup["links"]));
        JsonNode shown = (await SendAsync("GET", $"backups/{id}")).Json["backup"]!;
        Assert.Equal("creating", Text(shown, "status"));
        Assert.Equal("Backup_Demo", Text(shown, "description"));
    }

    [Fact]
    public async Task One_backup_has_all_members_and_true_values()
    {
        string repository = new('b', 64);
        Backup backup = await AddBackupAsync(row =>
            row with
            {
                Name = "one",
                Capture = "snapshot",
                DataAt = Rows.Start.AddMilliseconds(1),
                IsIncremental = true,
                ObjectCount = 7,
            }
        );
        await World.Catalog.WriteAsync(
            session => session.Repositories.AddAsync(ApiHost.Project, repository, Rows.Start),
            default
        );
        Answer answer = await SendAsync("GET", $"backups/{backup.Id}");
        JsonNode shown = answer.Json["backup"]!;
        Assert.Equal(Members, Keys(shown));
        Assert.Equal(repository, Text(shown, "container"));
        Assert.Equal(Volume.Id, Text(shown, "volume_id"));
        Assert.Equal("2026-01-02T03:04:05.000000", Text(shown, "created_at"));
        Assert.Equal("2026-01-02T03:04:05.001000", Text(shown, "data_timestamp"));
        Assert.Equal("""{"capture":"snapshot","kind":"volume"}""", Text(shown, "service_metadata"));
        Assert.Equal(ApiHost.Project, Text(shown, "os-bak-tenant-attr:tenant_id"));
        Assert.True(JsonNode.DeepEquals(Links(backup.Id), shown["links"]));
        Assert.Equal((7, true), (shown["object_count"]!.GetValue<int>(), shown["is_incremental"]!.GetValue<bool>()));

        JsonNode listed = Assert.Single((await SendAsync("GET", "backups/detail")).Json["backups"]!.AsArray())!;
        Assert.Equal(shown.ToJsonString(), listed.ToJsonString());
        JsonNode summary = Assert.Single((await SendAsync("GET", "backups")).Json["backups"]!.AsArray())!;
        Assert.Equal(["id", "links", "name"], Keys(summary));
    }

    [Theory]
    [InlineData("backups")]
    [InlineData("backups/detail")]
    public async Task A_list_is_filtered_ordered_and_paged(string path)
    {
        Backup first = await AddBackupAsync(row => row with { Name = "a", CreatedAt = Rows.Start });
        Backup second = await AddBackupAsync(row =>
            row with
            {
                Name = "b",
                CreatedAt = Rows.Start.AddSeconds(1),
                Status = "error",
            }
        );
        await World.AddBackupAsync(await World.AddShareAsync());
        Answer all = await SendAsync("GET", path);
        Assert.Equal([second.Id, first.Id], Ids(all));
        Assert.Equal(["backups"], Keys(all.Json));
        Assert.Equal([first.Id], Ids(await SendAsync("GET", $"{path}?name=a")));
        Assert.Equal([second.Id], Ids(await SendAsync("GET", $"{path}?status=error")));
        Assert.Equal(2, Ids(await SendAsync("GET", $"{path}?volume_id={Volume.Id}&unknown=x")).Length);
        Assert.Empty(Ids(await SendAsync("GET", $"{path}?volume_id=none")));
        Assert.Equal([first.Id, second.Id], Ids(await SendAsync("GET", $"{path}?sort_key=name&sort_dir=asc")));

        Answer page = await SendAsync("GET", $"{path}?limit=1&sort_dir=asc");
        Assert.Equal([first.Id], Ids(page));
        JsonNode link = Assert.Single(page.Json["backups_links"]!.AsArray())!;
        Assert.Equal("next", Text(link, "rel"));
        string next = Text(link, "href")!;
        string prefix = $"{ApiHost.PublicUrl}/v2/{ApiHost.Project}/";
        Assert.StartsWith(prefix + path + "?", next, StringComparison.Ordinal);
        Answer rest = await SendAsync("GET", next[prefix.Length..]);
        Assert.Equal([second.Id], Ids(rest));
        Assert.Equal(["backups"], Keys(rest.Json));
    }

    [Theory]
    [InlineData("limit=x", "limit param must be an integer")]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("offset=-1", "offset must be >= 0")]
    [InlineData("sort_key=disk_format", null)]
    [InlineData("sort_dir=up", null)]
    public async Task A_list_refuses_what_it_cannot_do(string query, string? message)
    {
        foreach (string path in (string[])["backups", "backups/detail"])
        {
            Answer answer = await SendAsync("GET", $"{path}?{query}");
            Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault?.Key));
            Assert.Equal(message ?? answer.Fault?.Message, answer.Fault?.Message);
        }
    }

    [Fact]
    public async Task A_restore_names_backup_and_volume()
    {
        Backup backup = await AddBackupAsync();
        string body = $$$"""{"restore":{"volume_id":"{{{Volume.Id}}}"}}""";
        Answer answer = await SendAsync("POST", $"backups/{backup.Id}/restore", body);
        Assert.Equal(202, answer.Code);
        Assert.Equal(
            $$$"""{"restore":{"backup_id":"{{{backup.Id}}}","volume_id":"{{{Volume.Id}}}","volume_name":"disk"}}""",
            answer.Text
        );
        AssertFault(
            await SendAsync("POST", $"backups/{backup.Id}/restore", body),
            400,
            "Invalid backup: Backup status must be available"
        );
    }

    [Fact]
    public async Task Deleting_is_accepted_once()
    {
        Backup backup = await AddBackupAsync();
        Answer answer = await SendAsync("DELETE", $"backups/{backup.Id}");
        Assert.Equal((202, ""), (answer.Code, answer.Text));
        AssertFault(
            await SendAsync("DELETE", $"backups/{backup.Id}"),
            400,
            "Invalid backup: Backup status must be available or error"
        );
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"backup":[]}""", 400)]
    [InlineData("""{"backup":{}}""", 400)]
    [InlineData("""{"backup":{"volume_id":5}}""", 400)]
    [InlineData("""{"backup":{"volume_id":"none"}}""", 404)]
    [InlineData("""{"backup":{"volume_id":"none","snapshot_id":"some"}}""", 404)]
    [InlineData("""{"backup":{"volume_id":"none","name":{}}}""", 400)]
    public async Task A_body_that_makes_no_sense_is_refused_as_cinder_does(string body, int status)
    {
        Answer answer = await SendAsync("POST", "backups", body);
        Assert.Equal((status, status == 400 ? "badRequest" : "itemNotFound"), (answer.Code, answer.Fault?.Key));
        Assert.Equal(status, answer.Json[answer.Fault!.Value.Key]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_name_has_255_characters_at_most()
    {
        await AddBackupAsync();
        foreach (int length in (int[])[255, 256])
        {
            string body = $$$"""{"backup":{"volume_id":"{{{Volume.Id}}}","name":"{{{new string('n', length)}}}"}}""";
            Assert.Equal(length == 255 ? 202 : 400, (await SendAsync("POST", "backups", body)).Code);
        }
    }

    [Fact]
    public async Task A_recipient_sees_one_backup_and_changes_nothing()
    {
        Backup backup = await AddBackupAsync();
        AssertFault(
            await SendAsync("GET", $"backups/{backup.Id}", token: "other"),
            404,
            $"Backup {backup.Id} could not be found."
        );
        await ShareAsync(backup);
        Answer shown = await SendAsync("GET", $"backups/{backup.Id}", token: "other");
        Assert.Equal((200, ApiHost.Project), (shown.Code, Text(shown.Json["backup"], "os-bak-tenant-attr:tenant_id")));
        Assert.Empty(Ids(await SendAsync("GET", "backups/detail", token: "other")));
        Assert.Equal(403, (await SendAsync("DELETE", $"backups/{backup.Id}", token: "other")).Code);
        string body = $$$"""{"restore":{"volume_id":"{{{Volume.Id}}}"}}""";
        AssertFault(
            await SendAsync("POST", $"backups/{backup.Id}/restore", body, "other"),
            404,
            $"Volume {Volume.Id} could not be found."
        );
        Volume own = await World.AddVolumeAsync(row => row with { ProjectId = ApiHost.OtherProject });
        body = $$$"""{"restore":{"volume_id":"{{{own.Id}}}"}}""";
        Assert.Equal(202, (await SendAsync("POST", $"backups/{backup.Id}/restore", body, "other")).Code);
        Assert.Equal(backup, await World.Catalog.BackupAsync(backup.Id));
    }
}
