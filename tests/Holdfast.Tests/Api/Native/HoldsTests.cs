using Holdfast.Core.Model;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class HoldsTests : ManilaTests
{
    [Fact]
    public async Task A_hold_is_made_shown_and_prolonged_and_keeps_the_backup()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Answer made = await SendAsync(
            "POST",
            "/holds",
            $$"""{"backup_id": "{{backup.Id}}", "reason": "Case 17", "expires_at": "2036-01-01T00:00:00Z"}"""
        );
        Assert.Equal(201, made.Code);
        Assert.Equal(
            ["backup_id", "created_at", "expires_at", "id", "project_id", "reason", "updated_at", "user_id"],
            Keys(made.Json)
        );
        string id = Text(made.Json, "id")!;
        Assert.Equal((backup.Id, "Case 17"), (Text(made.Json, "backup_id"), Text(made.Json, "reason")));

        Answer refused = await SendAsync("DELETE", $"/holds/{id}");
        Assert.Equal(403, refused.Code);
        Assert.Contains("until 2036-01-01T00:00:00Z", Text(refused.Json, "detail"), StringComparison.Ordinal);
        Assert.Equal(
            403,
            (await SendAsync("PATCH", $"/holds/{id}", """{"expires_at": "2035-01-01T00:00:00Z"}""")).Code
        );
        Answer longer = await SendAsync("PATCH", $"/holds/{id}", """{"expires_at": null, "reason": "Case 18"}""");
        Assert.Equal(
            (200, null, "Case 18"),
            (longer.Code, Text(longer.Json, "expires_at"), Text(longer.Json, "reason"))
        );

        Answer kept = await Host.SendAsync("DELETE", $"/v2/share-backups/{backup.Id}");
        Assert.Equal(409, kept.Code);
        Assert.Contains(id, kept.Text, StringComparison.Ordinal);
        Assert.Equal(204, (await SendAsync("DELETE", $"/holds/{id}", caller: "admin")).Code);
        Assert.Equal(202, (await Host.SendAsync("DELETE", $"/v2/share-backups/{backup.Id}")).Code);
    }

    [Theory]
    [InlineData("""{"reason": "x"}""", "'backup_id' must be text")]
    [InlineData("""{"backup_id": "BACKUP", "expires_at": "2020-01-01T00:00:00Z"}""", "must be in the future")]
    [InlineData("""{"backup_id": "BACKUP", "expires_at": "2036-01-01"}""", "must be a time of ISO 8601")]
    [InlineData("""{"backup_id": "BACKUP", "reason": ["x"]}""", "'reason' must be text")]
    public async Task What_makes_no_sense_is_refused_with_what_to_do(string body, string why)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Answer answer = await SendAsync("POST", "/holds", body.Replace("BACKUP", backup.Id, StringComparison.Ordinal));
        Assert.Equal((400, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Contains(why, Text(answer.Json, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_filters_by_backup_and_is_its_projects()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Hold hold = await World.AddHoldAsync(backup);
        await World.AddHoldAsync(await World.AddBackupAsync(await World.AddShareAsync()));
        Answer all = await SendAsync("GET", "/holds");
        Assert.Equal(2, all.Json["holds"]!.AsArray().Count);
        Answer one = await SendAsync("GET", $"/holds?backup_id={backup.Id}");
        Assert.Equal(hold.Id, Text(Assert.Single(one.Json["holds"]!.AsArray())!, "id"));
        Assert.Empty((await SendAsync("GET", "/holds", caller: "other")).Json["holds"]!.AsArray());
    }

    private Task<Answer> SendAsync(string method, string path, string? body = null, string caller = "member") =>
        Host.SendAsync(method, $"/api/v1{path}", body, caller);
}
