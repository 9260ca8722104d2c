using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Lists of shares: whose, which, in what order, and page by page.</summary>
public sealed class ShareListTests : ManilaTests
{
    private const string Detail = "/v2/shares/detail";

    [Fact]
    public async Task The_short_list_has_id_name_and_links_for_everybody()
    {
        await World.AddShareAsync();
        foreach (string token in new[] { "reader", "admin" })
        {
            Answer answer = await Host.SendAsync("GET", "/v2/shares", token: token);
            Assert.Equal(["shares"], Keys(answer.Json));
            Assert.Equal(["id", "links", "name"], Keys(Assert.Single(answer.Json["shares"]!.AsArray())));
        }
    }

    [Theory]
    [InlineData("member", "", "mine")]
    [InlineData("member", "all_tenants=1", "mine")]
    [InlineData("member", "is_public=True", "mine open")]
    [InlineData("member", "all_tenants=1&is_public=True", "mine open")]
    [InlineData("other", "", "hidden open")]
    [InlineData("other", "is_public=true", "hidden open")]
    [InlineData("admin", "", "mine")]
    [InlineData("admin", "is_public=1", "mine open")]
    [InlineData("admin", "all_tenants=1", "hidden mine open")]
    [InlineData("admin", "all_tenants=1&is_public=True", "hidden mine open")]
    [InlineData("admin", "all_projects=true", "hidden mine open")]
    [InlineData("admin", "all_tenants=0", "mine")]
    [InlineData("admin", "all_tenants=bogus", "mine")]
    [InlineData("admin", "all_tenants=1&is_soft_deleted=True", "")]
    public async Task Whose_shares_are_listed(string token, string query, string names)
    {
        await AddAsync("mine", ApiHost.Project);
        await AddAsync("hidden", ApiHost.OtherProject);
        await AddAsync("open", ApiHost.OtherProject, isPublic: true);

        Assert.Equal(names, await NamesAsync(query, token, sorted: true));
    }

    [Theory]
    [InlineData("name=projects", "projects")]
    [InlineData("name=PROJECTS", "")]
    [InlineData("display_name=projects", "projects")]
    [InlineData("name~=PROJ", "projects")]
    [InlineData("name~=_ome", "home")]
    [InlineData("name~=%25", "home projects")]
    [InlineData("description~=of+home", "home")]
    [InlineData("status=AVAILABLE", "home projects")]
    [InlineData("status=error", "")]
    [InlineData("share_type_id=11111111-1111-4111-8111-111111111111", "home projects")]
    [InlineData("share_type_id=nope", "")]
    [InlineData("source_backup_id=x&bogus=1", "home projects")]
    [InlineData("name=home&name=projects", "projects")]
    [InlineData("name=&description~=", "home projects")]
    [InlineData("description=All+of+home", "home")]
    [InlineData("metadata={'of':+'home'}", "home")]
    [InlineData("metadata={'of':'home','all':'\"1\"'}", "home")]
    [InlineData("metadata={'of':'home','all':'2'}", "")]
    [InlineData("metadata={'of':'Home'}", "")]
    [InlineData("metadata={}", "home projects")]
    [InlineData("share_network_id=x", "")]
    [InlineData("encryption_key_ref=x", "")]
    [InlineData("availability_zone=nova&snapshot_id=", "home projects")]
    public async Task Filters(string query, string names)
    {
        await AddAsync("home");
        await AddAsync("projects");

        Assert.Equal(names, await NamesAsync(query, sorted: true));
    }

    [Theory]
    [InlineData("2.35", "description=none", "home projects")]
    [InlineData("2.36", "description=none", "")]
    [InlineData("2.35", "name~=none&description~=none", "home projects")]
    [InlineData("2.36", "name~=none", "")]
    [InlineData("2.34", "export_location_path=none", "home projects")]
    [InlineData("2.35", "export_location_path=node1:/home", "home")]
    [InlineData("2.35", "export_location_id=none", "")]
    [InlineData("2.96", "availability_zone=none", "home projects")]
    [InlineData("2.97", "availability_zone=none", "")]
    [InlineData("2.97", "availability_zone=nova", "home projects")]
    [InlineData("2.89", "encryption_key_ref=x", "home projects")]
    [InlineData("2.90", "encryption_key_ref=x", "")]
    [InlineData("2.68", "is_soft_deleted=bogus", "home projects")]
    public async Task Filters_begin_with_their_version(string version, string query, string names)
    {
        foreach (string name in new[] { "home", "projects" })
        {
            Share share = await AddAsync(name);
            ExportLocation location = new(name, share.Id, $"node1:/{name}", true, Rows.Start);
            await World.Catalog.WriteAsync(session => session.ExportLocations.AddAsync(location), default);
        }
        Assert.Equal(names, await NamesAsync(query, sorted: true, version: version));
    }

    [Theory]
    [InlineData("admin", "host=node7", "home")]
    [InlineData("admin", "host=node8", "")]
    [InlineData("admin", "extra_specs={'snapshot_support':'True'}", "home")]
    [InlineData("admin", "extra_specs={'snapshot_support':'False'}", "")]
    [InlineData("admin", "share_server_id=x", "")]
    [InlineData("admin", "all_tenants=1&project_id=fedcba9876543210fedcba9876543210", "theirs")]
    [InlineData("admin", "project_id=fedcba9876543210fedcba9876543210", "home")]
    [InlineData("member", "host=node7", null)]
    [InlineData("member", "extra_specs={}", null)]
    [InlineData("member", "share_server_id=x", null)]
    [InlineData("member", "all_tenants=1&project_id=fedcba9876543210fedcba9876543210", "home")]
    public async Task Filters_of_administrators(string token, string query, string? names)
    {
        Share home = await AddAsync("home");
        await World.Catalog.WriteAsync(session => session.Shares.SetHostAsync(home.Id, "node7"), default);
        await AddAsync("theirs", ApiHost.OtherProject);

        if (names is null)
        {
            AssertFault(await Host.SendAsync("GET", $"{Detail}?{query}", token: token), 403, Denied);
        }
        else
        {
            Assert.Equal(names, await NamesAsync(query, token));
        }
    }

    [Theory]
    [InlineData("2.41", "with_count=True", null)]
    [InlineData("2.42", "with_count=True", 3)]
    [InlineData("2.42", "with_count=1&limit=1", 3)]
    [InlineData("2.42", "with_count=1&name=a", 1)]
    [InlineData("2.42", "with_count=1&snapshot_id=x", 0)]
    [InlineData("2.42", "with_count=false", null)]
    public async Task The_whole_lists_length_stands_beside_a_page(string version, string query, int? count)
    {
        await AddAsync("a");
        await AddAsync("b");
        await AddAsync("c");
        foreach (string path in new[] { "/v2/shares", Detail })
        {
            Answer answer = await Host.SendAsync("GET", $"{path}?{query}", version: version);
            Assert.Equal(count, answer.Json["count"]?.GetValue<int>());
        }
    }

    [Theory]
    [InlineData("", "c b a")]
    [InlineData("sort_key=name&sort_dir=asc", "a b c")]
    [InlineData("sort_key=display_name&sort_dir=DESC", "c b a")]
    [InlineData("sort_dir=asc", "a b c")]
    [InlineData("sort_key=&sort_dir=", "c b a")]
    [InlineData("limit=2", "c b")]
    [InlineData("limit=0", "")]
    [InlineData("limit=100000000000000000000", "c b a")]
    [InlineData("offset=1", "b a")]
    [InlineData("offset=5", "")]
    [InlineData("limit=1&offset=1", "b")]
    [InlineData("marker=unknown", "c b a")]
    public async Task Order_and_place(string query, string names)
    {
        await AddAsync("a");
        await AddAsync("b");
        await AddAsync("c");

        Assert.Equal(names, await NamesAsync(query));
    }

    /// <summary>Each key that a stock client sends, by itself or in place of one without <c>_id</c>; and more of Manila's.</summary>
    [Theory]
    [InlineData("id")]
    [InlineData("status")]
    [InlineData("size")]
    [InlineData("host")]
    [InlineData("share_proto")]
    [InlineData("availability_zone_id")]
    [InlineData("availability_zone")]
    [InlineData("user_id")]
    [InlineData("project_id")]
    [InlineData("created_at")]
    [InlineData("updated_at")]
    [InlineData("display_name")]
    [InlineData("name")]
    [InlineData("share_type_id")]
    [InlineData("share_network_id")]
    [InlineData("snapshot_id")]
    [InlineData("share_server_id")]
    [InlineData("share_group_id")]
    [InlineData("access_rules_status")]
    [InlineData("encryption_key_ref")]
    [InlineData("mount_point_name")]
    [InlineData("is_soft_deleted")]
    [InlineData("scheduled_to_be_deleted_at")]
    [InlineData("is_public")]
    [InlineData("task_state")]
    public async Task Every_key_orders_and_a_list_in_its_order_goes_on_after_each_share(string key)
    {
        await World.AddShareAsync(change: row => row with { Name = "a", TaskState = "migration_success" });
        await World.AddShareAsync(change: row => row with { Name = "b" });
        await World.AddShareAsync(isPublic: true, change: row => row with { Name = "c" });
        JsonNode[] whole = await RowsAsync("asc", null);
        Assert.Equal(3, whole.Length);
        Assert.Equal(whole.Reverse().Select(Name), (await RowsAsync("desc", null)).Select(Name));
        Assert.Equal(whole[1..].Select(Name), (await RowsAsync("asc", whole[0])).Select(Name));
        Assert.Equal(whole[2..].Select(Name), (await RowsAsync("asc", whole[1])).Select(Name));
        if (key is "is_public" or "task_state")
        {
            Assert.Equal(key == "is_public" ? "c" : "a", Name(whole[2]));
        }

        string Name(JsonNode share) => Text(share, "name")!;
        async Task<JsonNode[]> RowsAsync(string direction, JsonNode? marker)
        {
            string after = marker is null ? "" : $"&marker={Text(marker, "id")}";
            Answer list = await Host.SendAsync("GET", $"{Detail}?sort_key={key}&sort_dir={direction}{after}");
            Assert.Equal(200, list.Code);
            return [.. list.Json["shares"]!.AsArray().Select(share => share!)];
        }
    }

    [Fact]
    public async Task Pages_follow_their_links_to_the_end_without_a_row_twice()
    {
        foreach (string name in new[] { "a", "b", "c", "d", "e" })
        {
            await AddAsync(name);
        }
        List<string> names = [];
        string? next = $"{Detail}?limit=2&sort_key=name&sort_dir=asc&name~=%25";
        while (next is not null)
        {
            Answer page = await Host.SendAsync("GET", next);
            names.AddRange(page.Json["shares"]!.AsArray().Select(share => Text(share, "name")!));
            string? link = page.Json["shares_links"]?[0]?["href"]?.GetValue<string>();
            Assert.True(
                link is null || link.StartsWith($"{ApiHost.PublicUrl}{Detail}?limit=2&", StringComparison.Ordinal)
            );
            next = link?[ApiHost.PublicUrl.Length..];
        }

        Assert.Equal(["a", "b", "c", "d", "e"], names);
    }

    [Fact]
    public async Task Another_projects_share_is_no_marker()
    {
        Share hidden = await AddAsync("hidden", ApiHost.OtherProject);
        await AddAsync("a");

        Assert.Equal("a", await NamesAsync($"marker={hidden.Id}&sort_dir=asc"));
    }

    [Theory]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("limit=abc", "limit param must be an integer")]
    [InlineData("limit=", "limit param must be an integer")]
    [InlineData("offset=-1", "offset must be >= 0")]
    [InlineData("offset=1.5", "offset must be an integer")]
    [InlineData(
        "sort_key=bogus",
        "Invalid input received: Wrong sorting data provided: sort key is 'bogus' and sort direction is 'desc'."
    )]
    [InlineData(
        "sort_dir=sideways",
        "Invalid input received: Wrong sorting data provided: sort key is 'created_at' and sort direction is 'sideways'."
    )]
    [InlineData("metadata=a", "Wrong metadata filter provided: a.")]
    [InlineData("with_count=perhaps", "Invalid parameter with_count: 'perhaps' is neither true nor false.")]
    [InlineData("name=%ff", "The query string is not valid UTF-8 text.")]
    public async Task Refused(string query, string message) =>
        AssertFault(await Host.SendAsync("GET", $"{Detail}?{query}"), 400, message);

    [Fact]
    public async Task A_list_of_the_recycle_bin_needs_the_same_permission() =>
        AssertFault(await Host.SendAsync("GET", $"{Detail}?is_soft_deleted=true", token: "guest"), 403, Denied);

    private async Task<Share> AddAsync(string name, string project = ApiHost.Project, bool isPublic = false)
    {
        Share share = Rows.Share(Guid.NewGuid().ToString()) with
        {
            ProjectId = project,
            IsPublic = isPublic,
            Name = name,
            Description = $"All of {name}",
            Metadata = new Dictionary<string, string> { ["all"] = "\"1\"", ["of"] = name },
            CreatedAt = Rows.Start.AddSeconds(name[0]),
        };
        await World.Catalog.AddSharesAsync(share);
        return share;
    }

    private async Task<string> NamesAsync(
        string query,
        string token = "member",
        bool sorted = false,
        string version = "2.91"
    )
    {
        Answer answer = await Host.SendAsync("GET", $"{Detail}?{query}", token: token, version: version);
        Assert.Equal(200, answer.Code);
        IEnumerable<string> names = answer.Json["shares"]!.AsArray().Select(share => Text(share, "name")!);
        return string.Join(' ', sorted ? names.Order() : names);
    }
}
