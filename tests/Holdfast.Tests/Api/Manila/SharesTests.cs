using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Shares one by one: made, shown, deleted, reset.</summary>
public sealed class SharesTests : ManilaTests
{
    private const string Shares = "/v2/shares";
    private const string Smallest = "\"share_proto\":\"NFS\",\"size\":1";

    // Each key and the minor version that brought it.
    private static readonly (int Since, string[] Keys)[] MemberKeys =
    [
        (0, ["id", "size", "availability_zone", "created_at", "status", "name", "description", "project_id"]),
        (0, ["snapshot_id", "share_network_id", "share_proto", "metadata", "share_type", "volume_type", "is_public"]),
        (0, ["links"]),
        (2, ["snapshot_support"]),
        (5, ["task_state"]),
        (6, ["share_type_name"]),
        (10, ["access_rules_status"]),
        (11, ["replication_type", "has_replicas"]),
        (16, ["user_id"]),
        (24, ["create_share_from_snapshot_support"]),
        (27, ["revert_to_snapshot_support"]),
        (31, ["share_group_id", "source_share_group_snapshot_member_id"]),
        (32, ["mount_snapshot_support"]),
        (54, ["progress"]),
        (69, ["is_soft_deleted", "scheduled_to_be_deleted_at"]),
        (80, ["source_backup_id"]),
        (90, ["encryption_key_ref"]),
        (99, ["snapshot_inherit_share_access_support"]),
    ];

    // --- create and show ------------------------------------------------------------------------

    [Fact]
    public async Task A_share_is_made_of_a_snapshot_with_its_type_its_size_and_its_root()
    {
        ShareSnapshot snapshot = await AddSourceAsync();
        foreach (string size in new[] { "", ",\"size\":3" })
        {
            Answer answer = await CreateAsync($"\"share_proto\":\"NFS\",\"snapshot_id\":\"{snapshot.Id}\"{size}");

            Assert.Equal(200, answer.Code);
            JsonNode made = answer.Json["share"]!;
            Assert.Equal((snapshot.Id, "creating"), (Text(made, "snapshot_id"), Text(made, "status")));
            Assert.Equal(size.Length == 0 ? 2 : 3, made["size"]!.GetValue<int>());
            Share source = (await World.Catalog.ShareAsync(snapshot.ShareId))!;
            Assert.Equal(source.ShareTypeId, Text(made, "share_type"));
            Operation queued = (await World.QueuedAsync())[^1];
            Assert.Equal(
                (OperationKind.CreateShare, Text(made, "id"), snapshot.Id, snapshot.Root),
                (queued.Kind, queued.ShareId, queued.SnapshotId, queued.Root)
            );
        }
        Answer list = await Host.SendAsync("GET", $"{Shares}/detail?snapshot_id={snapshot.Id}");
        Assert.Equal(2, list.Json["shares"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_a_share_of_a_snapshot_needs()
    {
        AssertFault(await CreateAsync(Smallest + ",\"snapshot_id\":\"s1\""), 404, "Snapshot s1 could not be found.");
        ShareSnapshot plain = await World.AddShareSnapshotAsync(await World.AddShareAsync());
        AssertFault(
            await CreateAsync(Smallest + $",\"snapshot_id\":\"{plain.Id}\""),
            400,
            $"A new share may not be created from snapshot '{plain.Id}', because the snapshot's parent share does not have "
                + "that capability."
        );
        ShareSnapshot snapshot = await AddSourceAsync();
        string of = $",\"snapshot_id\":\"{snapshot.Id}\"";
        AssertFault(
            await CreateAsync(Smallest + of),
            400,
            "Invalid input received: Share size '1' must be equal or greater than snapshot size."
        );
        AssertFault(
            await CreateAsync("\"share_proto\":\"NFS\",\"size\":2,\"share_type\":\"default\"" + of),
            400,
            "Invalid input received: Invalid share type specified: the requested share type must match the type of the "
                + "source share. If a share type is not specified when requesting a new share from a snapshot, the share "
                + "type of the source share will be applied to the new share."
        );
        ShareSnapshot unmade = await AddSourceAsync(row => row with { Status = "creating" });
        AssertFault(
            await CreateAsync($"\"share_proto\":\"NFS\",\"size\":2,\"snapshot_id\":\"{unmade.Id}\""),
            400,
            "Invalid share snapshot: status must be 'available'."
        );
        Assert.Empty(await World.QueuedAsync());
        Assert.Equal(200, (await CreateAsync(Smallest + ",\"snapshot_id\":null")).Code);
        Assert.Equal(200, (await CreateAsync(Smallest + ",\"snapshot_id\":\"\"")).Code);
    }

    [Fact]
    public async Task A_share_is_made_of_its_own_projects_snapshots_alone()
    {
        ShareSnapshot snapshot = await AddSourceAsync();
        string body = $$$"""{"share":{"share_proto":"NFS","snapshot_id":"{{{snapshot.Id}}}"}}""";
        AssertFault(
            await Host.SendAsync("POST", Shares, body, "other"),
            404,
            $"Snapshot {snapshot.Id} could not be found."
        );
        // One that an administrator took of another project's share.
        ShareSnapshot theirs = await AddSourceAsync(
            row => row with { ProjectId = ApiHost.Project },
            ApiHost.OtherProject
        );
        AssertFault(
            await CreateAsync($"\"share_proto\":\"NFS\",\"snapshot_id\":\"{theirs.Id}\""),
            400,
            $"A new share may not be created from snapshot '{theirs.Id}', because the snapshot's parent share is another "
                + "project's."
        );
        Assert.Empty(await World.QueuedAsync());
    }

    [Fact]
    public async Task Create_answers_200_with_a_share_that_is_being_made()
    {
        Answer answer = await CreateAsync(
            "\"share_proto\":\"nfs\",\"size\":3,\"name\":\"n\",\"description\":\"d\",\"metadata\":{\"a\":\"b\",\"c\":1}"
        );

        Assert.Equal(200, answer.Code);
        JsonNode share = answer.Json["share"]!;
        Assert.Equal("creating", Text(share, "status"));
        Assert.Equal("NFS", Text(share, "share_proto"));
        Assert.Equal(3, share["size"]!.GetValue<int>());
        Assert.Equal(("n", "d"), (Text(share, "name"), Text(share, "description")));
        Assert.Equal("""{"a":"b","c":"1"}""", share["metadata"]!.ToJsonString());
        Assert.Equal("nova", Text(share, "availability_zone"));
        Assert.Equal(ApiHost.Project, Text(share, "project_id"));
        Assert.False(share["is_public"]!.GetValue<bool>());
        Assert.Equal("0%", Text(share, "progress"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$", Text(share, "created_at"));
        Operation queued = Assert.Single(await World.QueuedAsync());
        Assert.Equal((OperationKind.CreateShare, Text(share, "id")), (queued.Kind, queued.ShareId));
        Assert.Equal(share["id"]!.ToString(), (await World.Catalog.ShareAsync(queued.ShareId!))!.Path);
    }

    [Fact]
    public async Task Every_microversion_has_its_keys_and_administrators_two_more()
    {
        Share share = await World.AddShareAsync();
        foreach (int minor in MemberKeys.Select(step => step.Since).Append(8).Append(9).Append(79).Distinct())
        {
            string[] expected =
            [
                .. MemberKeys.Where(step => step.Since <= minor).SelectMany(step => step.Keys),
                .. minor < 9 ? ["export_location", "export_locations"] : Array.Empty<string>(),
            ];
            foreach (string path in new[] { $"{Shares}/{share.Id}", $"{Shares}/detail" })
            {
                Answer member = await Host.SendAsync("GET", path, version: $"2.{minor}");
                Answer admin = await Host.SendAsync("GET", path, token: "admin", version: $"2.{minor}");
                Assert.Equal(expected.Order(), Keys(Only(member)));
                Assert.Equal(expected.Append("host").Append("share_server_id").Order(), Keys(Only(admin)));
            }
        }
    }

    [Fact]
    public async Task A_made_share_has_the_values_that_clients_look_at()
    {
        Share share = await World.AddShareAsync();

        JsonNode shown = (await Host.SendAsync("GET", $"{Shares}/{share.Id}")).Json["share"]!;

        Assert.Equal("100%", Text(shown, "progress"));
        Assert.Equal("active", Text(shown, "access_rules_status"));
        Assert.Equal(Rows.Type().Id, Text(shown, "share_type"));
        Assert.Equal(("default", "default"), (Text(shown, "share_type_name"), Text(shown, "volume_type")));
        Assert.Equal(
            [$"{ApiHost.PublicUrl}/v2/shares/{share.Id}", $"{ApiHost.PublicUrl}/shares/{share.Id}"],
            shown["links"]!.AsArray().Select(link => Text(link, "href"))
        );
    }

    [Fact]
    public async Task What_a_share_can_is_what_its_type_says_and_the_service_can()
    {
        ShareType type = await World.AddTypeAsync(
            specs:
            [
                ("snapshot_support", "<is> True"),
                ("mount_snapshot_support", "1"),
                ("revert_to_snapshot_support", "1"),
                ("replication_type", "dr"),
            ]
        );
        Answer made = await CreateAsync(Smallest + $",\"share_type\":\"{type.Id}\"");
        Answer shown = await Host.SendAsync("GET", $"{Shares}/{made.Json["share"]!["id"]}", version: "2.99");
        foreach (JsonNode share in new[] { made.Json["share"]!, shown.Json["share"]! })
        {
            Assert.True(share["snapshot_support"]!.GetValue<bool>());
            Assert.False(share["mount_snapshot_support"]!.GetValue<bool>());
            Assert.False(share["revert_to_snapshot_support"]!.GetValue<bool>());
            Assert.False(share["create_share_from_snapshot_support"]!.GetValue<bool>());
            Assert.Equal("dr", Text(share, "replication_type"));
        }
    }

    [Fact]
    public async Task Before_2_9_a_share_says_where_it_is_mounted_from()
    {
        Share share = await World.AddShareAsync();
        JsonNode unmade = (await Host.SendAsync("GET", $"{Shares}/{share.Id}", version: "2.8")).Json["share"]!;
        Assert.Equal((null, "[]"), (Text(unmade, "export_location"), unmade["export_locations"]!.ToJsonString()));
        await World.AddExportLocationAsync(share);
        JsonNode made = (await Host.SendAsync("GET", $"{Shares}/{share.Id}", version: "2.8")).Json["share"]!;
        string path = $"node1:/{share.Id}";
        Assert.Equal(
            (path, $"[\"{path}\"]"),
            (Text(made, "export_location"), made["export_locations"]!.ToJsonString())
        );
    }

    [Theory]
    [InlineData("""{"display_name":"n","display_description":"d"}""", "n", "d")]
    [InlineData("""{"name":"n"}""", "n", "old")]
    [InlineData("""{"display_name":null,"name":"x"}""", null, "old")]
    [InlineData("""{"description":""}""", "a share", "")]
    [InlineData("{}", "a share", "old")]
    public async Task Names_and_descriptions_change_in_any_status(string change, string? name, string? description)
    {
        Share share = await World.AddShareAsync(status: "backup_creating");
        await Host.SendAsync("PUT", $"{Shares}/{share.Id}", """{"share":{"description":"old"}}""");
        Answer answer = await Host.SendAsync("PUT", $"{Shares}/{share.Id}", $$$"""{"share":{{{change}}}}""");
        Assert.Equal(200, answer.Code);
        JsonNode shown = (await Host.SendAsync("GET", $"{Shares}/{share.Id}")).Json["share"]!;
        foreach (JsonNode one in new[] { answer.Json["share"]!, shown })
        {
            Assert.Equal((name, description), (Text(one, "name"), Text(one, "description")));
        }
    }

    [Theory]
    [InlineData("member", """{"share":{"is_public":true}}""", 403, "User is not authorized to set 'is_public'")]
    [InlineData("member", """{"share":{"is_public":false}}""", 200, null)]
    [InlineData("admin", """{"share":{"is_public":"yes"}}""", 200, null)]
    [InlineData("admin", """{"share":{"is_public":"perhaps"}}""", 400, "'is_public' must be true or false.")]
    [InlineData("admin", """{"share":{"is_public":[]}}""", 400, "'is_public' must be true or false.")]
    [InlineData("member", "{}", 422, "Body does not contain 'share'")]
    [InlineData("member", """{"share":{"name":[]}}""", 400, "'name' must be text")]
    public async Task Changes(string token, string body, int status, string? message)
    {
        Share share = await World.AddShareAsync();
        Answer answer = await Host.SendAsync("PUT", $"{Shares}/{share.Id}", body, token);
        Assert.Equal(status, answer.Code);
        Assert.Contains(message ?? "", answer.Fault?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Below_2_6_the_share_type_is_its_name()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await Host.SendAsync("GET", $"{Shares}/{share.Id}", version: "2.5");

        Assert.Equal("default", Text(answer.Json["share"], "share_type"));
    }

    [Fact]
    public async Task Links_name_the_project_where_the_url_did()
    {
        Share share = await World.AddShareAsync();

        Answer answer = await Host.SendAsync("GET", $"/v2/{ApiHost.Project}/shares/{share.Id}");

        Assert.Equal(
            $"{ApiHost.PublicUrl}/v2/{ApiHost.Project}/shares/{share.Id}",
            Text(answer.Json["share"]!["links"]![0], "href")
        );
    }

    [Theory]
    [InlineData("\"size\":\"5\"", "size", "5")]
    [InlineData("\"size\":1,\"name\":7", "name", "7")]
    [InlineData("\"size\":1,\"display_name\":\"old\"", "name", "old")]
    [InlineData("\"size\":1,\"display_description\":\"old\"", "description", "old")]
    [InlineData("\"size\":1,\"name\":\"\\ud83d\\udce6\"", "name", "\U0001F4E6")]
    [InlineData("\"size\":1,\"is_public\":true", "is_public", "true")]
    [InlineData("\"size\":1,\"is_public\":\"yes\"", "is_public", "true")]
    [InlineData("\"size\":1,\"is_public\":null", "is_public", "false")]
    [InlineData("\"size\":1,\"metadata\":null", "metadata", "{}")]
    [InlineData("\"size\":1,\"share_type\":\"default\"", "share_type_name", "default")]
    [InlineData("\"size\":1,\"share_type\":\"11111111-1111-4111-8111-111111111111\"", "share_type_name", "default")]
    [InlineData("\"size\":1,\"volume_type\":\"default\"", "share_type_name", "default")]
    [InlineData("\"size\":1,\"share_type\":null", "share_type_name", "default")]
    [InlineData("\"size\":1,\"availability_zone\":\"nova\"", "availability_zone", "nova")]
    [InlineData("\"size\":1,\"bogus\":{\"a\":[1]}", "size", "1")]
    public async Task Create_accepts(string members, string key, string value)
    {
        Answer answer = await CreateAsync("\"share_proto\":\"CIFS\"," + members, token: "admin");

        Assert.Equal(200, answer.Code);
        Assert.Equal(value, answer.Json["share"]![key]!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"size\":null")]
    [InlineData(",\"size\":0")]
    [InlineData(",\"size\":-1")]
    [InlineData(",\"size\":1.5")]
    [InlineData(",\"size\":1e3")]
    [InlineData(",\"size\":99999999999")]
    [InlineData(",\"size\":\"\"")]
    [InlineData(",\"size\":\" 1\"")]
    [InlineData(",\"size\":\"one\"")]
    [InlineData(",\"size\":true")]
    [InlineData(",\"size\":[1]")]
    [InlineData(",\"size\":{}")]
    public async Task Create_refuses_what_is_no_size(string size)
    {
        Answer answer = await CreateAsync("\"share_proto\":\"NFS\"" + size);

        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault!.Value.Key));
        Assert.Contains("an integer and greater than 0.", answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"size\":1", "'share_proto' is missing")]
    [InlineData("\"size\":1,\"share_proto\":null", "'share_proto' is missing")]
    [InlineData("\"size\":1,\"share_proto\":\"\"", "'share_proto' is missing")]
    [InlineData("\"size\":1,\"share_proto\":\"XFS\"", "Invalid share protocol provided: XFS.")]
    [InlineData("\"size\":1,\"share_proto\":5", "Invalid share protocol provided: 5.")]
    [InlineData(Smallest + ",\"name\":[]", "'name' must be text")]
    [InlineData(Smallest + ",\"name\":{}", "'name' must be text")]
    [InlineData(Smallest + ",\"name\":\"a\\u0000b\"", "'name' must not contain a NUL")]
    [InlineData(Smallest + ",\"description\":false", "'description' must be text")]
    [InlineData(Smallest + ",\"is_public\":[]", "'is_public' must be true or false")]
    [InlineData(Smallest + ",\"is_public\":{}", "'is_public' must be true or false")]
    [InlineData(Smallest + ",\"metadata\":[]", "'metadata' must be an object")]
    [InlineData(Smallest + ",\"metadata\":\"a=b\"", "'metadata' must be an object")]
    [InlineData(Smallest + ",\"metadata\":{\"a\":{}}", "'metadata' must be text")]
    [InlineData(Smallest + ",\"metadata\":{\"\":\"a\"}", "Metadata property key is blank.")]
    [InlineData(Smallest + ",\"metadata\":{\"a\\u0000\":\"a\"}", "Metadata property key contains a NUL character.")]
    [InlineData(Smallest + ",\"share_type\":[]", "'share_type' must be text")]
    [InlineData(Smallest + ",\"name\":\"\\ud800\"", "Malformed request body")]
    [InlineData(Smallest + ",\"metadata\":{\"\\udfff\":\"a\"}", "Malformed request body")]
    [InlineData(Smallest + ",\"\\ud800\":1", "Malformed request body")]
    public async Task Create_refuses(string members, string message)
    {
        Answer answer = await CreateAsync(members);

        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault!.Value.Key));
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
        Assert.Empty(await World.QueuedAsync());
    }

    [Theory]
    [InlineData("name", 255)]
    [InlineData("description", 255)]
    public async Task Create_refuses_text_that_is_too_long(string key, int longest)
    {
        string Members(int length) => $"{Smallest},\"{key}\":\"{new string('x', length)}\"";

        Assert.Equal(200, (await CreateAsync(Members(longest))).Code);
        AssertFault(
            await CreateAsync(Members(longest + 1)),
            400,
            $"'{key}' must not be longer than {longest} characters."
        );
    }

    [Fact]
    public async Task A_character_beyond_the_basic_plane_is_one()
    {
        string Members(int length) => $"{Smallest},\"name\":\"{string.Concat(Enumerable.Repeat("🗄", length))}\"";

        Assert.Equal(200, (await CreateAsync(Members(255))).Code);
        AssertFault(await CreateAsync(Members(256)), 400, "'name' must not be longer than 255 characters.");
    }

    [Theory]
    [InlineData("2.30", "share_network_id", 404, "Share network x could not be found.")]
    [InlineData("2.31", "share_group_id", 404, "Share group x could not be found.")]
    [InlineData("2.30", "share_group_id", 200, null)]
    [InlineData(
        "2.90",
        "encryption_key_ref",
        400,
        "Shares are not encrypted with keys of tenants here: leave encryption_key_ref out."
    )]
    [InlineData("2.89", "encryption_key_ref", 200, null)]
    public async Task Create_leaves_nothing_out_in_silence(string version, string member, int code, string? message)
    {
        string body = $"{{\"share\":{{{Smallest},\"{member}\":\"x\"}}}}";

        Answer answer = await Host.SendAsync("POST", "/v2/shares", body, version: version);

        Assert.Equal((code, message), (answer.Code, answer.Fault?.Message));
    }

    [Fact]
    public async Task Create_with_two_types_is_400() =>
        AssertFault(
            await CreateAsync(Smallest + ",\"share_type\":\"default\",\"volume_type\":\"default\""),
            400,
            "Cannot specify both share_type and volume_type."
        );

    [Fact]
    public async Task Create_takes_a_zone_by_the_id_that_clients_are_told()
    {
        JsonNode zone = (await Host.SendAsync("GET", "/v2/availability-zones")).Json["availability_zones"]![0]!;

        Assert.Equal(200, (await CreateAsync($"{Smallest},\"availability_zone\":\"{Text(zone, "id")}\"")).Code);
    }

    [Fact]
    public async Task Create_with_an_unknown_type_or_zone_is_404()
    {
        AssertFault(await CreateAsync(Smallest + ",\"share_type\":\"gold\""), 404, "Share type not found.");
        AssertFault(
            await CreateAsync(Smallest + ",\"availability_zone\":\"mars\""),
            404,
            "Availability zone mars could not be found."
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"share\":null}")]
    [InlineData("{\"share\":\"text\"}")]
    [InlineData("{\"share\":[]}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Create_without_a_share_object_is_422(string body) =>
        AssertFault(await Host.SendAsync("POST", Shares, body), 422, "Body does not contain 'share' information.");

    [Theory]
    [InlineData(null, "member", 400)]
    [InlineData("{\"share\":", "member", 400)]
    [InlineData("{}", "reader", 403)]
    [InlineData(null, "reader", 403)]
    public async Task Create_asks_for_permission_before_it_looks_at_the_body(string? body, string token, int status) =>
        Assert.Equal(status, (await Host.SendAsync("POST", Shares, body, token)).Code);

    [Fact]
    public async Task A_public_share_is_the_administrators_to_make() =>
        AssertFault(await CreateAsync(Smallest + ",\"is_public\":true"), 403, Denied);

    // --- delete ---------------------------------------------------------------------------------

    [Theory]
    [InlineData(ShareStatus.Available)]
    [InlineData(ShareStatus.Error)]
    [InlineData(ShareStatus.ErrorDeleting)]
    [InlineData(ShareStatus.BackupRestoringError)]
    public async Task Delete_answers_202_and_queues_the_removal(string status)
    {
        Share share = await World.AddShareAsync(status: status);

        AssertAccepted(await Host.SendAsync("DELETE", $"{Shares}/{share.Id}"));

        Assert.Equal(ShareStatus.Deleting, (await World.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Equal(OperationKind.DeleteShare, Assert.Single(await World.QueuedAsync()).Kind);
    }

    [Theory]
    [InlineData(ShareStatus.Creating)]
    [InlineData(ShareStatus.Deleting)]
    [InlineData(ShareStatus.BackupCreating)]
    [InlineData(ShareStatus.BackupRestoring)]
    public async Task Delete_of_a_share_at_work_is_403(string status)
    {
        Share share = await World.AddShareAsync(status: status);

        Answer answer = await Host.SendAsync("DELETE", $"{Shares}/{share.Id}");

        Assert.Equal((403, "forbidden"), (answer.Code, answer.Fault!.Value.Key));
        Assert.Equal(status, (await World.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task Delete_of_a_share_with_backups_counts_them_whosever_they_are()
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(share, status: BackupStatus.Error);
        AssertFault(
            await Host.SendAsync("DELETE", $"{Shares}/{share.Id}"),
            403,
            "Invalid share: Share still has 1 dependent backups."
        );

        await World.AddBackupAsync(share, ApiHost.OtherProject);
        AssertFault(
            await Host.SendAsync("DELETE", $"{Shares}/{share.Id}", token: "admin"),
            403,
            "Invalid share: Share still has 2 dependent backups."
        );
    }

    [Fact]
    public async Task Another_projects_share_is_not_there_and_its_public_share_only_to_read()
    {
        Share hidden = await World.AddShareAsync(ApiHost.OtherProject);
        Share open = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);

        AssertFault(await Host.SendAsync("GET", $"{Shares}/{hidden.Id}"), 404, StockNotFound);
        AssertFault(await Host.SendAsync("DELETE", $"{Shares}/{hidden.Id}"), 404, StockNotFound);
        AssertFault(await Host.SendAsync("GET", $"{Shares}/nope"), 404, StockNotFound);
        Assert.Equal(200, (await Host.SendAsync("GET", $"{Shares}/{open.Id}")).Code);
        AssertFault(await Host.SendAsync("DELETE", $"{Shares}/{open.Id}"), 403, Denied);
    }

    // --- reset_status ---------------------------------------------------------------------------

    [Theory]
    [InlineData("reset_status", "2.91")]
    [InlineData("reset_status", "2.7")]
    [InlineData("os-reset_status", "2.6")]
    [InlineData("os-reset_status", "2.0")]
    public async Task Reset_sets_the_status(string action, string version)
    {
        Share share = await World.AddShareAsync(status: ShareStatus.BackupRestoringError);

        AssertAccepted(await ActAsync(share.Id, $"{{\"{action}\":{{\"status\":\"available\"}}}}", version: version));

        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Theory]
    [InlineData("os-reset_status", "2.7")]
    [InlineData("reset_status", "2.6")]
    [InlineData("unmanage", "2.6")]
    public async Task An_action_outside_its_versions_is_404(string action, string version)
    {
        Share share = await World.AddShareAsync();

        AssertFault(await ActAsync(share.Id, $"{{\"{action}\":null}}", version: version), 404, StockNotFound);
    }

    [Theory]
    [InlineData("null", "Must specify 'status'")]
    [InlineData("{}", "Must specify 'status'")]
    [InlineData("\"error\"", "Must specify 'status'")]
    [InlineData("{\"os-status\":\"error\"}", "Must specify 'status'")]
    [InlineData("{\"status\":\"backup_creating\"}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":null}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":5}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":[]}", "The server could not comply")]
    public async Task Reset_refuses_what_is_no_status(string value, string message)
    {
        Answer answer = await ActAsync("nope", $"{{\"reset_status\":{value}}}");

        Assert.Equal(400, answer.Code);
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_is_the_administrators_and_needs_a_share()
    {
        Share share = await World.AddShareAsync();

        AssertFault(await ActAsync(share.Id, "{\"reset_status\":null}", "member"), 403, Denied);
        AssertFault(await ActAsync("nope", "{\"reset_status\":{\"status\":\"error\"}}"), 404, StockNotFound);
    }

    private Task<Answer> CreateAsync(string members, string token = "member") =>
        Host.SendAsync("POST", Shares, $"{{\"share\":{{{members}}}}}", token, version: "2.99");

    /// <summary>A snapshot of 2 GiB, of a share whose type lets others be made of it.</summary>
    private async Task<ShareSnapshot> AddSourceAsync(
        Func<ShareSnapshot, ShareSnapshot>? change = null,
        string project = ApiHost.Project
    )
    {
        ShareType type = await World.AddTypeAsync(
            specs: [("snapshot_support", "True"), ("create_share_from_snapshot_support", "True")]
        );
        Share share = await World.AddShareAsync(
            project,
            size: 2,
            change: row => row with { ShareTypeId = type.Id, ShareTypeName = type.Name }
        );
        return await World.AddShareSnapshotAsync(share, change);
    }

    private Task<Answer> ActAsync(string id, string body, string token = "admin", string version = "2.91") =>
        Host.SendAsync("POST", $"{Shares}/{id}/action", body, token, version);

    private static JsonNode Only(Answer answer) =>
        answer.Json["share"] ?? Assert.Single(answer.Json["shares"]!.AsArray())!;
}
