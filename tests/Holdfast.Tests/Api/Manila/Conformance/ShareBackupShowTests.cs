using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>GET /v2/share-backups/{id}: the backup as each microversion and caller sees it.</summary>
public sealed class ShareBackupShowTests : ShareBackupTests
{
    [Theory]
    [InlineData("2.80", "member", false, false)]
    [InlineData("2.84", "member", false, false)]
    [InlineData("2.85", "member", true, false)]
    [InlineData("2.99", "member", true, false)]
    [InlineData("2.80", "admin", false, true)]
    [InlineData("2.99", "admin", true, true)]
    public async Task Show_has_exactly_the_keys_of_its_version_and_caller(
        string version,
        string token,
        bool type,
        bool host
    )
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        Answer answer = await Host.SendAsync("GET", $"{Backups}/{backup.Id}", token: token, version: version);

        IEnumerable<string> expected = MemberKeys.Where(key => type || key != "backup_type");
        expected = host ? expected.Concat(["host", "topic"]) : expected;
        Assert.Equal(expected.Order(), Keys(answer.Json["share_backup"]!));
        Assert.Equal(version, answer.Header("X-OpenStack-Manila-API-Version"));
        Assert.Equal("True", answer.Header("X-OpenStack-Manila-API-Experimental"));
    }

    [Theory]
    [InlineData("GET", "", null)]
    [InlineData("PUT", "", "{\"share_backup\":{\"name\":\"x\"}}")]
    [InlineData("DELETE", "", null)]
    [InlineData("POST", "/action", "{\"restore\":null}")]
    public async Task An_unknown_or_foreign_backup_is_404(string method, string path, string? body)
    {
        Backup foreign = await World.AddBackupAsync(await World.AddShareAsync(ApiHost.OtherProject));
        foreach (string id in new[] { "nope", foreign.Id })
        {
            Answer answer = await Host.SendAsync(method, $"{Backups}/{id}{path}", body);
            Assert.Equal(
                (404, ("itemNotFound", $"No backup exists with ID {id}.")),
                (answer.Code, answer.Fault!.Value)
            );
        }
        Backup after = (await World.Catalog.BackupAsync(foreign.Id))!;
        Assert.Equal((foreign.Status, foreign.Name), (after.Status, after.Name));
    }

    [Fact]
    public async Task An_administrator_sees_every_projects_backup()
    {
        Backup foreign = await World.AddBackupAsync(await World.AddShareAsync(ApiHost.OtherProject));

        Assert.Equal(200, (await Host.SendAsync("GET", $"{Backups}/{foreign.Id}", token: "admin")).Code);
    }

    [Fact]
    public async Task Both_forms_of_the_url_and_a_json_suffix_lead_to_the_same()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string[] paths =
        [
            $"{Backups}/{backup.Id}",
            $"{Backups}/{backup.Id}.json",
            $"/v2/{ApiHost.Project}/share-backups/{backup.Id}",
        ];
        foreach (string path in paths)
        {
            Assert.Equal(backup.Id, Text((await Host.SendAsync("GET", path)).Json["share_backup"]!, "id"));
        }
    }
}
