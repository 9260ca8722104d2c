using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Every status, message and key of Manila's share-backup contract, over HTTP.</summary>
public sealed class ShareBackupsTests : IAsyncLifetime
{
    private const string Backups = "/v2/share-backups";
    private const string NoBody = "Body does not contain 'share_backup' information.";

    private static readonly string[] MemberKeys =
    [
        "availability_zone",
        "backup_type",
        "created_at",
        "description",
        "id",
        "name",
        "progress",
        "restore_progress",
        "share_id",
        "size",
        "status",
        "updated_at",
    ];

    private ManilaWorld world = null!;

    private ApiHost Host => world.Host;

    public async ValueTask InitializeAsync() => world = await ManilaWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    // --- create ---------------------------------------------------------------------------------

    [Fact]
    public async Task Create_answers_202_with_the_whole_backup_and_marks_the_share()
    {
        Share share = await world.AddShareAsync(size: 3);

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
        Assert.Equal(ShareStatus.BackupCreating, (await world.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task Create_accepts_the_documented_sample()
    {
        Share share = await world.AddShareAsync();

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
        Share foreign = await world.AddShareAsync(ApiHost.OtherProject);
        foreach (string id in new[] { "nope", Guid.NewGuid().ToString(), foreign.Id })
        {
            Answer answer = await CreateAsync(id);
            Assert.Equal((400, $"No share exists with ID {id}."), (answer.Code, answer.Fault!.Value.Message));
        }
    }

    [Fact]
    public async Task Create_of_a_share_that_is_not_available_is_400()
    {
        Share share = await world.AddShareAsync(status: ShareStatus.Error);

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
        Share share = await world.AddShareAsync();

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
        Share share = await world.AddShareAsync();
        string id = member.StartsWith("\"share_id\"", StringComparison.Ordinal) ? "" : $"\"share_id\":\"{share.Id}\",";

        Answer answer = await Host.SendAsync("POST", Backups, $"{{\"share_backup\":{{{id}{member}}}}}");

        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault!.Value.Key));
        Assert.Equal(ShareStatus.Available, (await world.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Empty((await Host.SendAsync("GET", Backups)).Json["share_backups"]!.AsArray());
    }

    [Theory]
    [InlineData("name", 255, 202)]
    [InlineData("name", 256, 400)]
    [InlineData("description", 255, 202)]
    [InlineData("description", 256, 400)]
    public async Task Texts_have_255_characters_at_most(string member, int length, int status)
    {
        Share share = await world.AddShareAsync();

        Assert.Equal(status, (await CreateAsync(share.Id, $"\"{member}\":\"{new string('é', length)}\"")).Code);
    }

    [Fact]
    public async Task A_number_as_a_name_is_taken_as_its_text()
    {
        Share share = await world.AddShareAsync();

        Assert.Equal("42", Text((await CreateAsync(share.Id, "\"name\":42")).Json["share_backup"]!, "name"));
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        Share share = await world.AddShareAsync();

        Answer answer = await CreateAsync(share.Id, "\"size\":99,\"id\":\"mine\",\"project_id\":\"theirs\"");

        Assert.Equal(202, answer.Code);
        Assert.Equal(1, answer.Json["share_backup"]!["size"]!.GetValue<int>());
        Assert.NotEqual("mine", Text(answer.Json["share_backup"]!, "id"));
    }

    [Fact]
    public async Task Any_option_makes_a_driver_backup_of_the_type_it_names()
    {
        Share share = await world.AddShareAsync();

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
        Share share = await world.AddShareAsync();
        Backup backup = await world.AddBackupAsync(share);
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
        Assert.Equal(BackupStatus.Available, (await world.Catalog.BackupAsync(backup.Id))!.Status);
    }

    // --- show -----------------------------------------------------------------------------------

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
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());

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
        Backup foreign = await world.AddBackupAsync(await world.AddShareAsync(ApiHost.OtherProject));
        foreach (string id in new[] { "nope", foreign.Id })
        {
            Answer answer = await Host.SendAsync(method, $"{Backups}/{id}{path}", body);
            Assert.Equal(
                (404, ("itemNotFound", $"No backup exists with ID {id}.")),
                (answer.Code, answer.Fault!.Value)
            );
        }
        Backup after = (await world.Catalog.BackupAsync(foreign.Id))!;
        Assert.Equal((foreign.Status, foreign.Name), (after.Status, after.Name));
    }

    [Fact]
    public async Task An_administrator_sees_every_projects_backup()
    {
        Backup foreign = await world.AddBackupAsync(await world.AddShareAsync(ApiHost.OtherProject));

        Assert.Equal(200, (await Host.SendAsync("GET", $"{Backups}/{foreign.Id}", token: "admin")).Code);
    }

    [Fact]
    public async Task Both_forms_of_the_url_and_a_json_suffix_lead_to_the_same()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
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

    // --- update ---------------------------------------------------------------------------------

    [Theory]
    [InlineData("\"name\":\"n\"", "n", "old")]
    [InlineData("\"description\":\"n\"", "old", "n")]
    [InlineData("\"display_name\":\"n\"", "n", "old")]
    [InlineData("\"display_description\":\"n\"", "old", "n")]
    [InlineData("\"name\":\"n\",\"display_name\":\"other\"", "n", "old")]
    [InlineData("\"name\":null", null, "old")]
    [InlineData("\"name\":\"\"", "", "old")]
    [InlineData("\"status\":\"error\",\"size\":5", "old", "old")]
    [InlineData("", "old", "old")]
    public async Task Update_changes_what_is_named_and_nothing_else(string members, string? name, string? description)
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        string one = $"{Backups}/{backup.Id}";
        await Host.SendAsync("PUT", one, "{\"share_backup\":{\"name\":\"old\",\"description\":\"old\"}}");

        Answer answer = await Host.SendAsync("PUT", one, $"{{\"share_backup\":{{{members}}}}}");

        Assert.Equal(200, answer.Code);
        JsonNode shown = (await Host.SendAsync("GET", one)).Json["share_backup"]!;
        Assert.Equal(
            (name, description),
            (shown["name"]?.GetValue<string>(), shown["description"]?.GetValue<string>())
        );
        Assert.Equal("available", Text(shown, "status"));
        Assert.NotNull(shown["updated_at"]);
    }

    [Fact]
    public async Task Update_refuses_a_body_without_its_object_before_it_looks_for_the_backup() =>
        await RefusedAsync("PUT", Backups + "/nope", "{\"foo\":{}}", 422, "computeFault", NoBody);

    [Fact]
    public async Task Update_of_a_text_too_long_is_400()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        string body = $"{{\"share_backup\":{{\"name\":\"{new string('x', 256)}\"}}}}";

        Assert.Equal(400, (await Host.SendAsync("PUT", $"{Backups}/{backup.Id}", body)).Code);
    }

    // --- delete ---------------------------------------------------------------------------------

    [Theory]
    [InlineData(BackupStatus.Available)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.ErrorDeleting)]
    public async Task Delete_answers_202_with_no_body_and_marks_the_backup(string status)
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync(), status: status);

        Answer answer = await Host.SendAsync("DELETE", $"{Backups}/{backup.Id}");

        Assert.Equal((202, "", "text/html; charset=UTF-8"), (answer.Code, answer.Text, answer.Header("Content-Type")));
        Assert.Equal("0", answer.Header("Content-Length"));
        Assert.Equal(BackupStatus.Deleting, (await world.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Restoring)]
    [InlineData(BackupStatus.Deleting)]
    public async Task Delete_in_another_state_is_400(string status)
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync(), status: status);

        await RefusedAsync(
            "DELETE",
            $"{Backups}/{backup.Id}",
            null,
            400,
            "badRequest",
            $"Invalid backup: Backup {backup.Id} status must be available or error."
        );
    }

    // --- restore --------------------------------------------------------------------------------

    [Theory]
    [InlineData("2.80", "null")]
    [InlineData("2.90", "\"SOURCE\"")]
    [InlineData("2.91", "null")]
    [InlineData("2.91", "\"\"")]
    [InlineData("2.91", "{}")]
    [InlineData("2.91", "[]")]
    [InlineData("2.91", "0")]
    [InlineData("2.91", "false")]
    [InlineData("2.91", "\"SOURCE\"")]
    public async Task Restore_without_a_target_is_over_the_source(string version, string value)
    {
        Share share = await world.AddShareAsync();
        Backup backup = await world.AddBackupAsync(share);

        Answer answer = await RestoreAsync(
            backup,
            value.Replace("SOURCE", share.Id, StringComparison.Ordinal),
            version
        );

        Assert.Equal(202, answer.Code);
        JsonNode restore = answer.Json["restore"]!;
        Assert.Equal((backup.Id, share.Id), (Text(restore, "backup_id"), Text(restore, "share_id")));
        Assert.Equal(BackupStatus.Restoring, (await world.Catalog.BackupAsync(backup.Id))!.Status);
        Share marked = (await world.Catalog.ShareAsync(share.Id))!;
        Assert.Equal((ShareStatus.BackupRestoring, backup.Id), (marked.Status, marked.SourceBackupId));
    }

    [Fact]
    public async Task Restore_from_2_91_on_may_name_another_share_of_the_project()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        Share target = await world.AddShareAsync(size: 2);

        Answer answer = await RestoreAsync(backup, $"\"{target.Id}\"");

        Assert.Equal((202, target.Id), (answer.Code, Text(answer.Json["restore"]!, "share_id")));
    }

    [Fact]
    public async Task Restore_below_2_91_to_another_share_is_400()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        Share target = await world.AddShareAsync();

        Assert.Equal(400, (await RestoreAsync(backup, $"\"{target.Id}\"", "2.90")).Code);
        Assert.Equal(ShareStatus.Available, (await world.Catalog.ShareAsync(target.Id))!.Status);
    }

    [Theory]
    [InlineData("{\"share_id\":\"x\"}", 400)]
    [InlineData("[\"x\"]", 400)]
    [InlineData("\"nope\"", 404)]
    [InlineData("7", 404)]
    public async Task Restore_to_what_is_no_share_is_refused(string value, int status)
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());

        Assert.Equal(status, (await RestoreAsync(backup, value)).Code);
        Assert.Equal(BackupStatus.Available, (await world.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task Restore_to_a_share_that_cannot_be_read_is_404_and_to_one_that_can_only_be_read_403()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        Share hidden = await world.AddShareAsync(ApiHost.OtherProject);
        Share readable = await world.AddShareAsync(ApiHost.OtherProject, isPublic: true);

        Answer unseen = await RestoreAsync(backup, $"\"{hidden.Id}\"");
        Assert.Equal((404, "NotFound: Resource could not be found."), (unseen.Code, unseen.Fault!.Value.Message));
        Assert.Equal(403, (await RestoreAsync(backup, $"\"{readable.Id}\"")).Code);
        Assert.Equal(ShareStatus.Available, (await world.Catalog.ShareAsync(readable.Id))!.Status);
    }

    [Fact]
    public async Task Restore_needs_an_available_backup_and_an_available_share_that_is_large_enough()
    {
        Share share = await world.AddShareAsync(size: 2);
        Backup broken = await world.AddBackupAsync(share, status: BackupStatus.Error);
        Backup backup = await world.AddBackupAsync(share);
        Share busy = await world.AddShareAsync(status: ShareStatus.Error, size: 2);
        Share small = await world.AddShareAsync(size: 1);

        Assert.Equal(
            $"Invalid backup: Backup {broken.Id} status must be available.",
            (await RestoreAsync(broken, "null")).Fault!.Value.Message
        );
        Assert.Equal(
            "Invalid share: Share to be restored to must be available.",
            (await RestoreAsync(backup, $"\"{busy.Id}\"")).Fault!.Value.Message
        );
        Assert.Equal(
            "Invalid share: Share size 1 is too small to restore backup of size 2.",
            (await RestoreAsync(backup, $"\"{small.Id}\"")).Fault!.Value.Message
        );
    }

    [Fact]
    public async Task A_restore_that_broke_off_may_be_started_again()
    {
        Share share = await world.AddShareAsync(status: ShareStatus.BackupRestoringError);
        Backup backup = await world.AddBackupAsync(share);

        Assert.Equal(202, (await RestoreAsync(backup, "null")).Code);
    }

    // --- reset_status ---------------------------------------------------------------------------

    [Theory]
    [InlineData("available")]
    [InlineData("creating")]
    [InlineData("deleting")]
    [InlineData("error")]
    [InlineData("error_deleting")]
    [InlineData("migrating")]
    [InlineData("migrating_to")]
    [InlineData("restoring")]
    [InlineData("server_migrating")]
    public async Task Reset_sets_the_status_alone(string status)
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());

        Answer answer = await ResetAsync(backup.Id, $"{{\"status\":\"{status}\"}}");

        Assert.Equal((202, ""), (answer.Code, answer.Text));
        Assert.Equal(status, (await world.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Theory]
    [InlineData("null", "Must specify 'status'")]
    [InlineData("\"error\"", "Must specify 'status'")]
    [InlineData("{}", "Must specify 'status'")]
    [InlineData("{\"state\":\"error\"}", "Must specify 'status'")]
    [InlineData("{\"os-status\":\"error\"}", "Must specify 'status'")]
    [InlineData("{\"status\":\"backup_creating\"}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":\"inactive\"}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":null}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":5}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":[]}", "The server could not comply")]
    [InlineData("{\"status\":{}}", "The server could not comply")]
    public async Task Reset_refuses_what_is_no_status_before_it_looks_for_the_backup(string value, string message)
    {
        Answer answer = await ResetAsync("nope", value);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_of_an_unknown_backup_is_the_stock_404()
    {
        Answer answer = await ResetAsync("nope", "{\"status\":\"error\"}");

        Assert.Equal((404, "The resource could not be found."), (answer.Code, answer.Fault!.Value.Message));
    }

    [Fact]
    public async Task Reset_of_a_backup_under_way_releases_its_share()
    {
        Share share = await world.AddShareAsync();
        string id = Text((await CreateAsync(share.Id)).Json["share_backup"]!, "id");

        Assert.Equal(202, (await ResetAsync(id, "{\"status\":\"error\"}")).Code);

        Assert.Equal(ShareStatus.Available, (await world.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Equal(BackupStatus.Error, (await world.Catalog.BackupAsync(id))!.Status);
    }

    // --- helpers --------------------------------------------------------------------------------

    private Task<Answer> CreateAsync(string shareId, string? members = null, string token = "member") =>
        Host.SendAsync(
            "POST",
            Backups,
            $"{{\"share_backup\":{{\"share_id\":\"{shareId}\"{(members is null ? "" : "," + members)}}}}}",
            token
        );

    private Task<Answer> RestoreAsync(Backup backup, string value, string version = "2.91") =>
        Host.SendAsync("POST", $"{Backups}/{backup.Id}/action", $"{{\"restore\":{value}}}", version: version);

    private Task<Answer> ResetAsync(string id, string value) =>
        Host.SendAsync("POST", $"{Backups}/{id}/action", $"{{\"reset_status\":{value}}}", "admin");

    private async Task RefusedAsync(string method, string path, string? body, int status, string key, string message)
    {
        Answer answer = await Host.SendAsync(method, path, body);

        Assert.Equal((status, (key, message)), (answer.Code, answer.Fault!.Value));
    }

    private static string[] Keys(JsonNode json) => [.. json.AsObject().Select(pair => pair.Key).Order()];

    private static string Text(JsonNode json, string key) => json[key]!.GetValue<string>();
}
