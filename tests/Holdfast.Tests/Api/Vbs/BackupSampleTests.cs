using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>
/// The bodies of the vendor's pages on backups and jobs, from a service that has what they show. What a service of another
/// kind says of itself differs: addresses, zone, metadata.
/// </summary>
public sealed class BackupSampleTests : VbsTests
{
    private const string Project = "b23b579f08c84228b9b4673c46f0c442";

    private static readonly string[] Ours = ["links", "availability_zone", "service_metadata"];

    [Theory]
    [InlineData("native-show-response")]
    [InlineData("native-v3-show-response")]
    public async Task One_backup(string name)
    {
        JsonNode sample = Sample(name)["backup"]!;
        await SeedAsync(sample.AsObject());
        Answer answer = await GetAsync($"backups/{Text(sample, "id")}");
        Assert.Equal(200, answer.Code);
        AssertShows(sample.AsObject(), answer.Json["backup"]!.AsObject());
    }

    [Theory]
    [InlineData("native-list-detail-response", "backups/detail")]
    [InlineData("native-list-summary-response", "backups")]
    public async Task The_lists(string name, string path)
    {
        JsonObject[] samples =
        [
            .. Sample("native-list-detail-response")["backups"]!.AsArray().Select(row => row!.AsObject()),
        ];
        foreach (JsonObject row in samples)
        {
            await SeedAsync(row);
        }
        JsonNode answer = (await GetAsync($"{path}?limit=2")).Json;
        Assert.Equal(Keys(Sample(name)), Keys(answer));
        Assert.Equal(Keys(Sample(name)["backups_links"]![0]), Keys(answer["backups_links"]![0]));
        foreach (JsonNode? row in (await GetAsync(path)).Json["backups"]!.AsArray())
        {
            JsonObject? sample = Sample(name)["backups"]!
                .AsArray()
                .Select(one => one!.AsObject())
                .SingleOrDefault(one => Text(one, "id") == Text(row, "id"));
            if (sample is not null)
            {
                AssertShows(sample, row!.AsObject());
            }
        }
    }

    [Fact]
    public async Task A_job()
    {
        JsonNode sample = Sample("job-success-response");
        JsonNode entities = sample["entities"]!;
        string volume = Text(entities, "volume_id")!;
        await AddVolumeAsync(volume, Text(entities, "bks_create_volume_name"));
        Operation operation = NewOperation.Of(OperationKind.CreateVolumeBackup, Project, Rows.Start) with
        {
            Id = Text(sample, "job_id")!,
            BackupId = Text(entities, "backup_id"),
            VolumeId = volume,
            Status = OperationStatus.Succeeded,
            StartedAt = DateTimeOffset.Parse(Text(sample, "begin_time")!, null),
            FinishedAt = DateTimeOffset.Parse(Text(sample, "end_time")!, null),
        };
        await World.Catalog.WriteAsync(session => session.Operations.AddAsync(operation), default);
        JsonNode answer = (await GetAsync($"jobs/{operation.Id}", "v1")).Json;
        // There is no snapshot that a client could ask for.
        entities["snapshot_id"] = "";
        Assert.Equal(sample.ToJsonString(), answer.ToJsonString());
    }

    [Fact]
    public async Task Quotas()
    {
        // The page writes a blank into the second name.
        string sample = Sample("quota-response").ToJsonString().Replace("backup_ gigabytes", "backup_gigabytes");
        JsonArray expected = JsonNode.Parse(sample)!["quotas"]!["resources"]!.AsArray();
        JsonArray answer = (await GetAsync("cloudbackups/quota")).Json["quotas"]!["resources"]!.AsArray();
        Assert.Equal(expected.Select(row => Text(row, "type")), answer.Select(row => Text(row, "type")));
        Assert.Equal(expected.Select(Keys), answer.Select(Keys));
    }

    [Fact]
    public async Task What_is_accepted()
    {
        JsonNode request = Sample("cloudbackup-create-request");
        string volume = Text(request["backup"], "volume_id")!;
        await AddVolumeAsync(volume, "test_volume");
        Answer job = await PostAsync("cloudbackups", request);
        Assert.Equal((200, "job_id"), (job.Code, Assert.Single(Keys(job.Json))));

        await AddVolumeAsync("2748f2f2-4394-4e6e-af8d-8dd34496c024", "test_volume");
        JsonObject asked = new() { ["volume_id"] = "2748f2f2-4394-4e6e-af8d-8dd34496c024", ["name"] = "backup1" };
        Answer made = await PostAsync("backups", new JsonObject { ["backup"] = asked });
        Assert.Equal(202, made.Code);
        Assert.Equal(Keys(Sample("native-create-response")["backup"]), Keys(made.Json["backup"]));

        JsonNode restored = Sample("native-restore-response");
        JsonObject row = Sample("native-show-response")["backup"]!.AsObject();
        await AddVolumeAsync("11111111-1111-4111-8111-111111111111", "test_volume");
        await SeedAsync(row, BackupStatus.Available);
        JsonObject restore = new() { ["volume_id"] = "11111111-1111-4111-8111-111111111111" };
        Answer accepted = await PostAsync(
            $"backups/{Text(row, "id")}/restore",
            new JsonObject { ["restore"] = restore }
        );
        restored["restore"]!["volume_id"] = "11111111-1111-4111-8111-111111111111";
        Assert.Equal((202, restored.ToJsonString()), (accepted.Code, accepted.Text));
    }

    /// <summary>All keys of the example, with its values where they are not the service's own.</summary>
    private static void AssertShows(JsonObject sample, JsonObject shown)
    {
        foreach ((string key, JsonNode? value) in sample)
        {
            string ours = key == "os-backup-project-attr:project_id" ? "os-bak-tenant-attr:tenant_id" : key;
            Assert.True(shown.ContainsKey(ours), ours);
            // A snapshot of the volume's, of which there are none here.
            if (!Ours.Contains(key) && key != "snapshot_id")
            {
                Assert.True(JsonNode.DeepEquals(value, shown[ours]), $"{key}: {value} is {shown[ours]}");
            }
        }
        Assert.Equal(
            sample["links"]!.AsArray().Select(link => Text(link, "rel")),
            shown["links"]!.AsArray().Select(link => Text(link, "rel"))
        );
    }

    private async Task SeedAsync(JsonObject row, string? status = null)
    {
        if (Text(row, "volume_id") is not { } volume)
        {
            return;
        }
        await AddVolumeAsync(volume, "test_volume");
        await World.Catalog.WriteAsync(
            async session =>
            {
                await session.Repositories.AddAsync(Project, Text(row, "container")!, Rows.Start);
                await session.Backups.AddAsync(
                    Rows.VolumeBackup(Text(row, "id")!, volume, status ?? Text(row, "status")!) with
                    {
                        ProjectId = Project,
                        Name = Text(row, "name"),
                        Description = Text(row, "description"),
                        Size = row["size"]!.GetValue<int>(),
                        FailReason = Text(row, "fail_reason"),
                        CreatedAt = Time(row, "created_at")!.Value,
                        UpdatedAt = Time(row, "updated_at"),
                        DataAt = Time(row, "data_timestamp"),
                        IsIncremental = row["is_incremental"]?.GetValue<bool>(),
                    }
                );
            },
            default
        );
    }

    private async Task AddVolumeAsync(string id, string? name)
    {
        if (await World.Catalog.VolumeAsync(id) is null)
        {
            await World.Catalog.AddVolumesAsync(Rows.Volume(id) with { ProjectId = Project, Name = name });
        }
    }

    private Task<Answer> GetAsync(string path, string version = "v2") =>
        Host.SendAsync("GET", $"/{version}/{Project}/{path}", null, Project, version: null, experimental: null);

    private Task<Answer> PostAsync(string path, JsonNode body) =>
        Host.SendAsync(
            "POST",
            $"/v2/{Project}/{path}",
            body.ToJsonString(),
            Project,
            version: null,
            experimental: null
        );
}
