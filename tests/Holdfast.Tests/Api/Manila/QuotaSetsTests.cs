using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Quota sets, quota classes and limits on the wire.</summary>
public sealed class QuotaSetsTests : ManilaTests
{
    private const string Sets = "/v2/quota-sets/" + ApiHost.Project;
    private const string Nothing = "Must supply at least one quota field to update.";
    private const string Oldest = "gigabytes share_networks shares snapshot_gigabytes snapshots";
    private const string Groups = " share_groups share_group_snapshots";
    private const string Replicas = " share_replicas replica_gigabytes";
    private const string Backups = " backups backup_gigabytes";

    [Theory]
    [InlineData("2.0", Oldest)]
    [InlineData("2.6", Oldest)]
    [InlineData("2.7", Oldest)]
    [InlineData("2.39", Oldest)]
    [InlineData("2.40", Oldest + Groups)]
    [InlineData("2.53", Oldest + Groups + Replicas)]
    [InlineData("2.62", Oldest + Groups + Replicas + " per_share_gigabytes")]
    [InlineData("2.79", Oldest + Groups + Replicas + " per_share_gigabytes")]
    [InlineData("2.80", Oldest + Groups + Replicas + " per_share_gigabytes" + Backups)]
    [InlineData("2.90", Oldest + Groups + Replicas + " per_share_gigabytes" + Backups + " encryption_keys")]
    public async Task A_set_has_its_keys_by_version(string version, string keys)
    {
        bool old = version is "2.0" or "2.6";
        string sets = old ? $"/v2/os-quota-sets/{ApiHost.Project}" : Sets;
        string classes = old ? "/v2/os-quota-class-sets/default" : "/v2/quota-class-sets/default";
        string[] named = [.. keys.Split(' ').Append("id").Order()];
        foreach (
            (string path, string key, string token) in new[]
            {
                (sets, "quota_set", "reader"),
                (sets + "/defaults", "quota_set", "other"),
                (classes, "quota_class_set", "admin"),
            }
        )
        {
            // Without the header for experiments: these are none.
            Answer answer = await Host.SendAsync("GET", path, token: token, version: version, experimental: null);
            Assert.Equal(200, answer.Code);
            Assert.Equal(named, Keys(answer.Json[key]));
        }
        Answer updated = await PutAsync("""{"shares":5}""", sets, version: version);
        Assert.Equal(keys.Split(' ').Order(), Keys(updated.Json["quota_set"]));
        AssertFault(
            await Host.SendAsync("GET", old ? Sets : "/v2/os-quota-sets/x", version: version),
            404,
            StockNotFound
        );
    }

    [Fact]
    public async Task The_defaults_are_manilas()
    {
        JsonNode expected = JsonNode.Parse(
            """
            {"shares":50,"gigabytes":1000,"snapshots":50,"snapshot_gigabytes":1000,"share_networks":10,"share_groups":50,
            "share_group_snapshots":50,"share_replicas":100,"replica_gigabytes":1000,"per_share_gigabytes":-1,"backups":10,
            "backup_gigabytes":1000,"encryption_keys":100}
            """
        )!;
        expected["id"] = ApiHost.Project;
        foreach (string path in (string[])[Sets, Sets + "/defaults"])
        {
            Assert.True(JsonNode.DeepEquals(expected, (await Host.SendAsync("GET", path)).Json["quota_set"]));
        }
        expected["id"] = "default";
        Answer set = await Host.SendAsync("GET", "/v2/quota-class-sets/default", token: "admin");
        Assert.True(JsonNode.DeepEquals(expected, set.Json["quota_class_set"]));
    }

    [Fact]
    public async Task Details_tell_what_is_in_use()
    {
        Share share = await World.AddShareAsync(size: 3);
        await World.AddBackupAsync(share, status: "creating");
        await World.AddBackupAsync(share, status: "error");
        await World.AddBackupAsync(await World.AddShareAsync(ApiHost.OtherProject));

        JsonNode set = (await Host.SendAsync("GET", Sets + "/detail", version: "2.80")).Json["quota_set"]!;

        Assert.Equal("""{"in_use":2,"limit":10,"reserved":0}""", set["backups"]!.ToJsonString());
        Assert.Equal("""{"in_use":6,"limit":1000,"reserved":0}""", set["backup_gigabytes"]!.ToJsonString());
        Assert.Equal("""{"in_use":1,"limit":50,"reserved":0}""", set["shares"]!.ToJsonString());
        Assert.Equal("""{"in_use":3,"limit":1000,"reserved":0}""", set["gigabytes"]!.ToJsonString());
        Assert.Equal("""{"in_use":0,"limit":10,"reserved":0}""", set["share_networks"]!.ToJsonString());
        Assert.Equal(ApiHost.Project, Text(set, "id"));
        AssertFault(await Host.SendAsync("GET", Sets + "/detail", version: "2.24"), 404, StockNotFound);
    }

    [Fact]
    public async Task Limits_are_set_shown_enforced_and_taken_back()
    {
        Share share = await World.AddShareAsync();
        JsonNode updated = (await PutAsync("""{"backups":0,"gigabytes":"-1","shares":null,"tenant_id":"x"}""")).Json;
        Assert.Equal(0, updated["quota_set"]!["backups"]!.GetValue<int>());
        JsonNode shown = (await Host.SendAsync("GET", Sets)).Json["quota_set"]!;
        Assert.Equal(
            (0, -1, 50),
            (shown["backups"]!.GetValue<int>(), shown["gigabytes"]!.GetValue<int>(), shown["shares"]!.GetValue<int>())
        );

        Answer refused = await BackUpAsync(share);
        Assert.Equal(
            """{"overLimit":{"code":413,"message":"BackupLimitExceeded: Maximum number of backups allowed (0) exceeded.","retryAfter":"0"}}""",
            refused.Text
        );
        Assert.Equal((413, "0"), (refused.Code, refused.Header("Retry-After")));

        AssertAccepted(await Host.SendAsync("DELETE", Sets, token: "admin"));
        Assert.Equal(202, (await BackUpAsync(share)).Code);
    }

    [Fact]
    public async Task A_share_beyond_the_quota_is_413_in_manilas_words()
    {
        await PutAsync("""{"shares":1,"gigabytes":5,"per_share_gigabytes":4}""");
        AssertFault(
            await MakeShareAsync(5),
            413,
            "ShareSizeExceedsLimit: Requested share size 5 is larger than maximum allowed limit 4."
        );
        Assert.Equal(200, (await MakeShareAsync(3)).Code);
        AssertFault(
            await MakeShareAsync(3),
            413,
            "ShareSizeExceedsAvailableQuota: Requested share exceeds allowed project/user or share type gigabytes quota."
        );
        AssertFault(
            await MakeShareAsync(2),
            413,
            "ShareLimitExceeded: Maximum number of shares allowed (1) either per project/user or share type quota is exceeded."
        );
    }

    [Theory]
    [InlineData("""{}""", Nothing)]
    [InlineData("""{"shares":null,"force":true}""", Nothing)]
    [InlineData("""{"shares":1,"fish":2,"chips":3}""", "Bad key(s) fish,chips in quota_set.")]
    [InlineData("""{"shares":"many"}""", "Quota 'many' for shares should be integer.")]
    [InlineData("""{"shares":1.5}""", "Quota '1.5' for shares should be integer.")]
    [InlineData("""{"shares":[]}""", "Quota '[]' for shares should be integer.")]
    [InlineData("""{"shares":true}""", "Quota 'true' for shares should be integer.")]
    [InlineData("""{"shares":-2}""", "Quota limit must be -1 or greater.")]
    [InlineData("""{"shares":-99999999999999999999}""", "Quota limit must be -1 or greater.")]
    [InlineData("""{"shares":2147483648}""", "Invalid input received: Quota limit should not exceed 2147483647")]
    [InlineData("""{"backups":1}""", "Quota value 1 for backups is smaller than already used and reserved 2.")]
    [InlineData(
        """{"backup_gigabytes":0}""",
        "Quota value 0 for backup_gigabytes is smaller than already used and reserved 2."
    )]
    public async Task What_cannot_be_set_is_400_and_sets_nothing(string limits, string message)
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(share);
        await World.AddBackupAsync(share);
        string before = (await Host.SendAsync("GET", Sets)).Text;

        AssertFault(await PutAsync(limits), 400, message);
        // After one that could have been.
        if (message != Nothing)
        {
            AssertFault(await PutAsync(limits.Replace("{", """{"snapshots":7,""")), 400, message);
        }

        Assert.Equal(before, (await Host.SendAsync("GET", Sets)).Text);
    }

    [Fact]
    public async Task Force_sets_less_than_is_in_use()
    {
        await World.AddBackupAsync(await World.AddShareAsync());
        Assert.Equal(400, (await PutAsync("""{"backups":0}""")).Code);
        Assert.Equal(400, (await PutAsync("""{"backups":0,"force":"no"}""")).Code);
        Assert.Equal(200, (await PutAsync("""{"backups":0,"force":"True"}""")).Code);
        Assert.Equal(400, (await PutAsync("""{"backups":-2,"force":true}""")).Code);
    }

    [Theory]
    [InlineData("2.39", "share_groups", "2.40")]
    [InlineData("2.52", "replica_gigabytes", "2.53")]
    [InlineData("2.61", "per_share_gigabytes", "2.62")]
    [InlineData("2.79", "backups", "2.80")]
    [InlineData("2.50", "backup_gigabytes", "2.80")]
    [InlineData("2.89", "encryption_keys", "2.90")]
    public async Task A_key_is_refused_before_its_time(string version, string key, string since) =>
        AssertFault(
            await PutAsync($$"""{"{{key}}":5}""", version: version),
            400,
            $"'{key}' key is not supported by this microversion. Use {since} or greater microversion to be able to use "
                + $"'{key}' quotas."
        );

    [Fact]
    public async Task A_users_quota_is_shown_bounded_and_taken_back()
    {
        await PutAsync("""{"backups":5,"shares":-1}""");
        string user = Sets + "?user_id=b2";
        // The project's, until there is one.
        Assert.Equal(5, await LimitAsync(user));
        AssertFault(await PutAsync("""{"backups":6}""", user), 400, "Quota limit must be less than 5.");
        AssertFault(await PutAsync("""{"backups":-1}""", user), 400, "Quota limit must be greater than 0.");
        Assert.Equal(200, (await PutAsync("""{"shares":-1}""", user)).Code);
        Assert.Equal(200, (await PutAsync("""{"backups":6,"force":true}""", user)).Code);
        Assert.Equal(200, (await PutAsync("""{"backups":4}""", user)).Code);
        Assert.Equal((4, 5), (await LimitAsync(user), await LimitAsync(Sets)));
        AssertFault(await PutAsync("""{"backups":3}"""), 400, "Quota limit must be greater than 4.");

        AssertAccepted(await Host.SendAsync("DELETE", user, token: "admin"));
        Assert.Equal((5, 5), (await LimitAsync(user), await LimitAsync(Sets)));
        await PutAsync("""{"backups":1}""", user);
        AssertAccepted(await Host.SendAsync("DELETE", Sets, token: "admin"));
        Assert.Equal((10, 10), (await LimitAsync(user), await LimitAsync(Sets)));
    }

    [Fact]
    public async Task A_share_types_quota_knows_no_networks_and_groups()
    {
        string type = Sets + "?share_type=default";
        Answer set = await PutAsync("""{"backups":2}""", type);
        Assert.DoesNotContain("share_networks", Keys(set.Json["quota_set"]));
        Assert.DoesNotContain("share_groups", Keys((await Host.SendAsync("GET", type)).Json["quota_set"]));
        Assert.Equal((2, 10), (await LimitAsync($"{Sets}?share_type={Rows.Type().Id}"), await LimitAsync(Sets)));

        AssertFault(
            await PutAsync("""{"share_networks":1}""", type),
            400,
            "'share_networks' quota cannot be set for share type. It can be set only for project or user."
        );
        AssertFault(
            await PutAsync("""{"share_groups":1}""", type),
            400,
            "Share type quotas cannot constrain share groups and share group snapshots."
        );
        AssertFault(
            await PutAsync("""{"backups":1}""", Sets + "?share_type=nope"),
            404,
            "Share type with name or id 'nope' not found."
        );
        foreach (string method in (string[])["GET", "PUT", "DELETE"])
        {
            AssertFault(
                await Host.SendAsync(method, type + "&user_id=b2", """{"quota_set":{"shares":1}}""", "admin"),
                400,
                "'user_id' and 'share_type' values are mutually exclusive"
            );
            AssertFault(
                await Host.SendAsync(method, type, """{"quota_set":{"shares":1}}""", "admin", "2.38"),
                400,
                "'share_type' key is not supported by this microversion. Use 2.39 or greater microversion to be able to "
                    + "use 'share_type' quotas."
            );
        }
        AssertAccepted(await Host.SendAsync("DELETE", type, token: "admin"));
        Assert.Equal(10, await LimitAsync(type));
    }

    [Theory]
    [InlineData(null, 400)]
    [InlineData("""[]""", 400)]
    [InlineData("""{"quota_set":5}""", 400)]
    [InlineData("""{"shares":5}""", 400)]
    public async Task A_body_without_a_set_is_400(string? body, int status)
    {
        Assert.Equal(status, (await Host.SendAsync("PUT", Sets, body, "admin")).Code);
        Assert.Equal(status, (await Host.SendAsync("PUT", "/v2/quota-class-sets/gold", body, "admin")).Code);
    }

    [Fact]
    public async Task Another_projects_set_is_an_administrators_to_see()
    {
        string other = "/v2/quota-sets/" + ApiHost.OtherProject;
        AssertFault(await Host.SendAsync("GET", other), 403, Denied);
        AssertFault(await Host.SendAsync("GET", other + "/detail"), 403, Denied);
        Assert.Equal(200, (await Host.SendAsync("GET", other + "/defaults")).Code);
        Assert.Equal(
            ApiHost.OtherProject,
            Text((await Host.SendAsync("GET", other, token: "admin")).Json["quota_set"], "id")
        );
    }

    [Fact]
    public async Task The_class_default_is_every_projects_and_another_nobodys()
    {
        const string path = "/v2/quota-class-sets/";
        Answer set = await Host.SendAsync(
            "PUT",
            path + "default",
            """{"quota_class_set":{"backups":3,"fish":"x"}}""",
            "admin"
        );
        Assert.Equal(3, set.Json["quota_class_set"]!["backups"]!.GetValue<int>());
        Assert.DoesNotContain("id", Keys(set.Json["quota_class_set"]));
        await Host.SendAsync("PUT", path + "gold", """{"quota_class_set":{"backups":4}}""", "admin");

        Assert.Equal((3, 3), (await LimitAsync(Sets), await LimitAsync(Sets + "/defaults")));
        Answer gold = await Host.SendAsync("GET", path + "gold", token: "admin");
        Assert.Equal(4, gold.Json["quota_class_set"]!["backups"]!.GetValue<int>());
        AssertFault(
            await Host.SendAsync("PUT", path + "gold", """{"quota_class_set":{"shares":null}}""", "admin"),
            400,
            "Invalid input for field/attribute shares. Value: null. 'null' is not of type 'integer'"
        );
        AssertFault(
            await Host.SendAsync("PUT", path + "gold", """{"quota_class_set":{"shares":-2}}""", "admin"),
            400,
            "Quota limit must be -1 or greater."
        );
    }

    [Theory]
    [InlineData("2.0", "ShareGigabytes SnapshotGigabytes Shares ShareSnapshots ShareNetworks")]
    [InlineData(
        "2.53",
        "ShareGigabytes SnapshotGigabytes Shares ShareSnapshots ShareNetworks ShareReplicas ReplicaGigabytes"
    )]
    [InlineData(
        "2.80",
        "ShareGigabytes SnapshotGigabytes Shares ShareSnapshots ShareNetworks ShareReplicas ReplicaGigabytes ShareGroups "
            + "ShareGroupSnapshots ShareBackups BackupGigabytes"
    )]
    public async Task Limits_have_their_keys_by_version(string version, string names)
    {
        await World.AddBackupAsync(await World.AddShareAsync(size: 2));
        JsonNode limits = (await Host.SendAsync("GET", "/v2/limits", version: version)).Json["limits"]!;

        Assert.Empty(limits["rate"]!.AsArray());
        Assert.Equal(
            names.Split(' ').SelectMany(name => (string[])[$"maxTotal{name}", $"total{name}Used"]).Order(),
            Keys(limits["absolute"])
        );
        Assert.Equal(1, limits["absolute"]!["totalSharesUsed"]!.GetValue<int>());
        Assert.Equal(2, limits["absolute"]!["totalShareGigabytesUsed"]!.GetValue<int>());
        Assert.Equal(50, limits["absolute"]!["maxTotalShares"]!.GetValue<int>());
        if (version == "2.80")
        {
            Assert.Equal(1, limits["absolute"]!["totalShareBackupsUsed"]!.GetValue<int>());
            Assert.Equal(2, limits["absolute"]!["totalBackupGigabytesUsed"]!.GetValue<int>());
            Assert.Equal(10, limits["absolute"]!["maxTotalShareBackups"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task Of_many_at_once_exactly_as_many_as_fit_are_accepted_and_room_that_is_made_is_room()
    {
        const int quota = 5;
        await PutAsync($$"""{"backups":{{quota}}}""");
        Share[] shares = new Share[20];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = await World.AddShareAsync();
        }

        List<string> made = await AcceptedAsync(shares);
        Assert.Equal(quota, made.Count);

        // An administrator gives up and removes three; the worker's part of it is the row's end.
        foreach (string id in made[..3])
        {
            string reset = """{"reset_status":{"status":"error"}}""";
            AssertAccepted(await Host.SendAsync("POST", $"/v2/share-backups/{id}/action", reset, "admin"));
            AssertAccepted(await Host.SendAsync("DELETE", $"/v2/share-backups/{id}", token: "admin"));
            Assert.Empty(await AcceptedAsync(shares));
            await World.Catalog.WriteAsync(session => session.Backups.RemoveAsync(id), CancellationToken.None);
            Assert.Single(await AcceptedAsync(shares));
        }
    }

    /// <summary>Asks for a backup of every share at once, as two users.</summary>
    /// <returns>The ids of what was accepted; whatever else is refused for the quota, or because the share is taken.</returns>
    private async Task<List<string>> AcceptedAsync(Share[] shares)
    {
        Answer[] answers = await Task.WhenAll(
            shares.Select((share, n) => BackUpAsync(share, n % 2 == 0 ? "member" : "admin"))
        );
        foreach (Answer answer in answers.Where(answer => answer.Code is not 202 and not 400))
        {
            AssertFault(answer, 413, "BackupLimitExceeded: Maximum number of backups allowed (5) exceeded.");
        }
        return
        [
            .. answers.Where(answer => answer.Code == 202).Select(answer => Text(answer.Json["share_backup"], "id")!),
        ];
    }

    private Task<Answer> PutAsync(string limits, string path = Sets, string version = "2.91") =>
        Host.SendAsync("PUT", path, $$$"""{"quota_set":{{{limits}}}}""", "admin", version, experimental: null);

    private async Task<int> LimitAsync(string path) =>
        (await Host.SendAsync("GET", path)).Json["quota_set"]!["backups"]!.GetValue<int>();

    private Task<Answer> BackUpAsync(Share share, string token = "member") =>
        Host.SendAsync("POST", "/v2/share-backups", $$$"""{"share_backup":{"share_id":"{{{share.Id}}}"}}""", token);

    private Task<Answer> MakeShareAsync(int size) =>
        Host.SendAsync("POST", "/v2/shares", $$$"""{"share":{"share_proto":"NFS","size":{{{size}}}}}""");
}
