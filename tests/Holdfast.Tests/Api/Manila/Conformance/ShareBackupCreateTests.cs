using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>POST /v2/share-backups: what it answers, and its refusals in their order.</summary>
public sealed class ShareBackupCreateTests : ShareBackupTests
{
    [Fact]
    public async Task Create_answers_202_with_the_whole_backup_and_marks_the_share()
    {
        Share share = await World.AddShareAsync(size: 3);

        Answer answer = await CreateAsync(share.Id, "\"name\":\"nightly\",\"description\":\"d\"");

        Assert.Equal(202, answer.Code);
        JsonNode backup = answer.Json["share_backup"]!;
        Assert.Equal(MemberKeys, Keys(backup));
        Assert.Equal("creating", Text(backup, "status"));
        Assert.Equal("nightly", Text(backup, "name"));
        Assert.Equal("0", Text(backup, "progress"));
        Assert.Equal("0", Text(backup, "restore_progress"));
        Assert.Equal("nova", Text(backup, "availability_zone"));
        Assert.Equal(3, backup["size"]!.GetValue<int>());
        Assert.Null(backup["updated_at"]);
        Assert.Null(backup["backup_type"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$", Text(backup, "created_at"));
        Assert.Equal(ShareStatus.BackupCreating, (await World.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task Create_accepts_the_documented_sample()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await CreateAsync(share.Id, "\"backup_options\":{},\"description\":null,\"name\":\"backup1\"");

        Assert.Equal(202, answer.Code);
        Assert.Null(answer.Json["share_backup"]!["backup_type"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"share_backup\":null}")]
    [InlineData("{\"share_backup\":\"text\"}")]
    [InlineData("{\"share_backup\":[]}")]
    [InlineData("[]")]
    [InlineData("5")]
    public async Task Create_without_a_backup_object_is_422(string body) =>
        await RefusedAsync("POST", Backups, body, 422, "computeFault", NoBody);

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("{\"share_backup\":{}}", "text/plain")]
    public async Task Create_without_a_json_body_is_the_stock_400(string? body, string contentType)
    {
        Answer answer = await Host.SendAsync("POST", Backups, body, contentType: contentType);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith("The server could not comply", answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"share_backup\":{\"share_id\":\"\\u00\"}}")]
    public async Task Create_with_broken_json_is_malformed(string body) =>
        await RefusedAsync("POST", Backups, body, 400, "badRequest", "Malformed request body");

    [Fact]
    public async Task Create_with_json_nested_too_deep_is_malformed() =>
        await RefusedAsync(
            "POST",
            Backups,
            new string('[', 1000) + new string(']', 1000),
            400,
            "badRequest",
            "Malformed request body"
        );

    [Theory]
    [InlineData("")]
    [InlineData("\"share_id\":null")]
    [InlineData("\"share_id\":\"\"")]
    public async Task Create_without_a_share_id_is_400(string members) =>
        await RefusedAsync(
            "POST",
            Backups,
            $"{{\"share_backup\":{{{members}}}}}",
            400,
            "badRequest",
            "'share_id' is missing from the request body."
        );

    [Fact]
    public async Task Create_of_an_unknown_or_foreign_share_is_400()
    {
        Share foreign = await World.AddShareAsync(ApiHost.OtherProject);
        foreach (string id in new[] { "nope", Guid.NewGuid().ToString(), foreign.Id })
        {
            Answer answer = await CreateAsync(id);
            Assert.Equal((400, $"No share exists with ID {id}."), (answer.Code, answer.Fault!.Value.Message));
        }
    }

    [Fact]
    public async Task Create_of_a_share_that_is_not_available_is_400()
    {
        Share share = await World.AddShareAsync(status: ShareStatus.Error);

        Answer answer = await CreateAsync(share.Id);

        Assert.Equal(400, answer.Code);
        Assert.Equal(
            $"Share {share.Id} is in 'error' state, but it must be in 'available' state to create a backup.",
            answer.Fault!.Value.Message
        );
    }

    [Fact]
    public async Task A_second_create_of_the_same_share_is_refused_while_the_first_runs()
    {
        Share share = await World.AddShareAsync();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(share.Id)));

        Assert.Single(answers, answer => answer.Code == 202);
        Assert.Equal(7, answers.Count(answer => answer.Code == 400));
    }

    [Theory]
    [InlineData("\"name\":{}")]
    [InlineData("\"name\":[]")]
    [InlineData("\"name\":true")]
    [InlineData("\"description\":{}")]
    [InlineData("\"name\":\"\\u0000\"")]
    [InlineData("\"name\":\"\\ud800\"")]
    [InlineData("\"share_id\":{}")]
    [InlineData("\"backup_options\":\"text\"")]
    [InlineData("\"backup_options\":[1]")]
    [InlineData("\"backup_options\":5")]
    [InlineData("\"backup_options\":{\"backup_type\":{}}")]
    [InlineData("\"backup_options\":{\"backup_type\":\"123456789012345678901234567890123\"}")]
    public async Task Create_with_a_value_of_the_wrong_kind_is_400_and_changes_nothing(string member)
    {
        Share share = await World.AddShareAsync();
        string id = member.StartsWith("\"share_id\"", StringComparison.Ordinal) ? "" : $"\"share_id\":\"{share.Id}\",";

        Answer answer = await Host.SendAsync("POST", Backups, $"{{\"share_backup\":{{{id}{member}}}}}");

        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault!.Value.Key));
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Empty((await Host.SendAsync("GET", Backups)).Json["share_backups"]!.AsArray());
    }

    [Theory]
    [InlineData("name", 255, 202)]
    [InlineData("name", 256, 400)]
    [InlineData("description", 255, 202)]
    [InlineData("description", 256, 400)]
    public async Task Texts_have_255_characters_at_most(string member, int length, int status)
    {
        Share share = await World.AddShareAsync();

        Assert.Equal(status, (await CreateAsync(share.Id, $"\"{member}\":\"{new string('é', length)}\"")).Code);
    }

    [Fact]
    public async Task A_number_as_a_name_is_taken_as_its_text()
    {
        Share share = await World.AddShareAsync();

        Assert.Equal("42", Text((await CreateAsync(share.Id, "\"name\":42")).Json["share_backup"]!, "name"));
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await CreateAsync(share.Id, "\"size\":99,\"id\":\"mine\",\"project_id\":\"theirs\"");

        Assert.Equal(202, answer.Code);
        Assert.Equal(1, answer.Json["share_backup"]!["size"]!.GetValue<int>());
        Assert.NotEqual("mine", Text(answer.Json["share_backup"]!, "id"));
    }

    [Fact]
    public async Task Any_option_makes_a_driver_backup_of_the_type_it_names()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await CreateAsync(
            share.Id,
            "\"backup_options\":{\"dummy\":true,\"backup_type\":\"t\"}",
            "admin"
        );

        JsonNode backup = answer.Json["share_backup"]!;
        Assert.Equal("t", Text(backup, "backup_type"));
        Assert.Equal("manila-share", Text(backup, "topic"));
        Assert.Equal("node1@holdfast", Text(backup, "host"));
    }

    [Fact]
    public async Task A_reader_may_look_and_not_touch()
    {
        Share share = await World.AddShareAsync();
        Backup backup = await World.AddBackupAsync(share);
        string one = $"{Backups}/{backup.Id}";

        Assert.Equal(200, (await Host.SendAsync("GET", Backups, token: "reader")).Code);
        Assert.Equal(200, (await Host.SendAsync("GET", one, token: "reader")).Code);
        Answer[] refused =
        [
            await CreateAsync(share.Id, token: "reader"),
            // Permission comes before the body, and before the row is looked for.
            await Host.SendAsync("POST", Backups, "{}", "reader"),
            await Host.SendAsync("PUT", Backups + "/nope", "{}", "reader"),
            await Host.SendAsync("PUT", one, "{\"share_backup\":{\"name\":\"x\"}}", "reader"),
            await Host.SendAsync("DELETE", one, token: "reader"),
            await Host.SendAsync("POST", one + "/action", "{\"restore\":null}", "reader"),
            await Host.SendAsync("POST", one + "/action", "{\"reset_status\":{\"status\":\"error\"}}", "member"),
            await Host.SendAsync("POST", one + "/action", "{\"reset_status\":{}}", "member"),
        ];
        Assert.All(
            refused,
            answer =>
                Assert.Equal(
                    (403, ("forbidden", "Access was denied to this resource.")),
                    (answer.Code, answer.Fault!.Value)
                )
        );
        Assert.Equal(BackupStatus.Available, (await World.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task Create_of_a_share_with_an_active_task_is_409_whatever_its_status()
    {
        Share share = await World.AddShareAsync(
            status: ShareStatus.BackupCreating,
            change: row => row with { TaskState = "data_copying_starting" }
        );

        Answer answer = await CreateAsync(share.Id);

        Assert.Equal(409, answer.Code);
        Assert.Equal(
            (
                "conflictingRequest",
                $"Share is busy with an active task: Share {share.Id} is busy as part of an active task: data_copying_starting."
            ),
            answer.Fault
        );
    }

    [Fact]
    public async Task Create_without_options_of_a_share_that_is_not_nfs_is_400()
    {
        Share share = await World.AddShareAsync(change: row => row with { Protocol = "CIFS" });

        AssertFault(
            await CreateAsync(share.Id),
            400,
            $"Cannot backup share {share.Id}. The generic approach for share backups only supports the following protocols: ['NFS']."
        );
        Assert.Equal(202, (await CreateAsync(share.Id, "\"backup_options\":{\"any\":1}")).Code);
    }

    [Theory]
    [InlineData("available", "old", "old", 202)]
    [InlineData("available", "old", "new", 400)]
    [InlineData("error", "old", "new", 202)]
    [InlineData("available", "old", null, 202)]
    public async Task The_backup_type_is_that_of_the_newest_available_backup_with_options(
        string status,
        string before,
        string? type,
        int expected
    )
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(
            share,
            status: status,
            change: row => row with { BackupType = before, Options = """{"backup_type":"old"}""" }
        );
        string options = type is null ? """{"any":1}""" : $$"""{"backup_type":"{{type}}"}""";

        Answer answer = await CreateAsync(share.Id, $"\"backup_options\":{options}");

        Assert.Equal(expected, answer.Code);
        if (expected == 400)
        {
            Assert.Equal(
                "Share 'a share' has existing backups with backup_type: 'old'. You must delete these backups to schedule a "
                    + "backup with a different backup_type, or re-use the same backup_type.",
                answer.Fault!.Value.Message
            );
            Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
        }
    }

    [Fact]
    public async Task A_backup_without_options_has_no_type_and_is_the_data_services()
    {
        Share share = await World.AddShareAsync();

        JsonNode backup = (await CreateAsync(share.Id, "\"backup_options\":null", "admin")).Json["share_backup"]!;

        Assert.Equal("manila-data", Text(backup, "topic"));
        Assert.Null(backup["backup_type"]);
        Assert.Null(backup["host"]);
    }

    [Fact]
    public async Task The_backup_is_the_callers_whosever_the_share_is()
    {
        Share theirs = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);

        string id = Text((await CreateAsync(theirs.Id)).Json["share_backup"], "id")!;

        Assert.Equal(200, (await Host.SendAsync("GET", $"{Backups}/{id}")).Code);
        Assert.Equal(404, (await Host.SendAsync("GET", $"{Backups}/{id}", token: "other")).Code);
    }

    [Fact]
    public async Task The_zone_in_the_body_is_ignored()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await CreateAsync(share.Id, "\"availability_zone\":\"elsewhere\"");

        Assert.Equal("nova", Text(answer.Json["share_backup"], "availability_zone"));
    }

    [Fact]
    public async Task Restore_and_delete_wait_for_a_share_that_is_being_backed_up()
    {
        Share share = await World.AddShareAsync();
        Backup before = await World.AddBackupAsync(share);
        await CreateAsync(share.Id);

        AssertFault(
            await RestoreAsync(before, "null"),
            400,
            "Invalid share: Share to be restored to must be available."
        );
        Assert.Equal(403, (await Host.SendAsync("DELETE", $"/v2/shares/{share.Id}")).Code);
    }
}
