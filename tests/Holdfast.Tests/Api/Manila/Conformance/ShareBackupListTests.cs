using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>The lists: filters, order, pages, links, and the keys that clients assert.</summary>
public sealed class ShareBackupListTests : IAsyncLifetime
{
    private const string Detail = "/v2/share-backups/detail";

    private ManilaWorld world = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        world = await ManilaWorld.StartAsync();
        share = await world.AddShareAsync();
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task A_list_without_a_limit_has_exactly_one_key_and_every_row_newest_first()
    {
        await AddAsync("a", "b", "c");

        Answer answer = await world.Host.SendAsync("GET", Detail);

        Assert.Equal("share_backups", Assert.Single(answer.Json.AsObject()).Key);
        Assert.Equal(["c", "b", "a"], Names(answer));
    }

    [Fact]
    public async Task The_short_list_has_four_keys_for_everybody()
    {
        await AddAsync("a");
        foreach (string token in new[] { "member", "admin" })
        {
            Answer answer = await world.Host.SendAsync("GET", "/v2/share-backups", token: token);
            JsonObject row = Assert.Single(answer.Json["share_backups"]!.AsArray())!.AsObject();
            Assert.Equal(["id", "name", "share_id", "status"], row.Select(pair => pair.Key).Order());
        }
    }

    [Theory]
    [InlineData("name=nightly", "nightly")]
    [InlineData("display_name=nightly", "nightly")]
    [InlineData("description=of nightly", "nightly")]
    [InlineData("display_description=of nightly", "nightly")]
    [InlineData("description~=NIGHTLY", "nightly")]
    [InlineData("display_description~=of w", "weekly")]
    [InlineData("display_name~=weekl", "weekly")]
    [InlineData("name~=NIGHT", "fortnight nightly")]
    [InlineData("name~=n_ght", "fortnight nightly")]
    [InlineData("name~=f%25t", "fortnight")]
    [InlineData("status=AVAILABLE", "fortnight nightly weekly")]
    [InlineData("status=error", "")]
    [InlineData("share_id=", "")]
    [InlineData("topic=manila-data", "fortnight nightly weekly")]
    [InlineData("topic=manila-share", "")]
    [InlineData("host=elsewhere", "fortnight nightly weekly")]
    [InlineData("id=elsewhere", "fortnight nightly weekly")]
    [InlineData("project_id=x&size=5&backup_type=t&with_count=1&bogus=1", "fortnight nightly weekly")]
    public async Task Filters_match_as_manilas_do(string query, string names)
    {
        await AddAsync("nightly", "fortnight", "weekly");

        Answer answer = await world.Host.SendAsync("GET", $"{Detail}?{query}");

        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), Names(answer).Order());
    }

    [Theory]
    [InlineData("host=node1", 1)]
    [InlineData("host=elsewhere", 0)]
    [InlineData("id=elsewhere", 0)]
    public async Task Administrators_filter_by_host_and_id(string query, int count)
    {
        await AddAsync("a");

        Answer answer = await world.Host.SendAsync("GET", $"{Detail}?{query}", token: "admin");

        Assert.Equal(count, Names(answer).Count);
    }

    [Fact]
    public async Task A_share_that_cannot_be_seen_is_400_as_a_filter()
    {
        Share foreign = await world.AddShareAsync(ApiHost.OtherProject);
        foreach (string id in new[] { "nope", foreign.Id })
        {
            Answer answer = await world.Host.SendAsync("GET", $"{Detail}?share_id={id}");
            Assert.Equal((400, $"No share exists with ID {id}."), (answer.Code, answer.Fault!.Value.Message));
        }
    }

    [Theory]
    [InlineData("member", "?all_tenants=1", 1)]
    [InlineData("admin", "", 1)]
    [InlineData("admin", "?all_tenants=1", 2)]
    [InlineData("admin", "?all_projects=true", 2)]
    [InlineData("admin", "?all_tenants=0", 1)]
    [InlineData("admin", "?all_tenants=false", 1)]
    [InlineData("admin", "?all_tenants=bogus", 1)]
    public async Task All_tenants_is_for_administrators_and_a_boolean(string token, string query, int count)
    {
        await AddAsync("mine");
        await world.AddBackupAsync(await world.AddShareAsync(ApiHost.OtherProject), name: "theirs");

        Assert.Equal(count, Names(await world.Host.SendAsync("GET", Detail + query, token: token)).Count);
    }

    [Theory]
    [InlineData("sort_key=name&sort_dir=asc", "a b c")]
    [InlineData("sort_key=name&sort_dir=ASC", "a b c")]
    [InlineData("sort_key=name", "c b a")]
    [InlineData("sort_key=display_name&sort_dir=asc", "a b c")]
    [InlineData("sort_key=created_at&sort_dir=asc", "b c a")]
    [InlineData("sort_key=&sort_dir=", "a c b")]
    public async Task Rows_come_in_the_order_asked_for(string query, string names)
    {
        await AddAsync("b", "c", "a");

        Assert.Equal(names.Split(' '), Names(await world.Host.SendAsync("GET", $"{Detail}?{query}")));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("status")]
    [InlineData("size")]
    [InlineData("host")]
    [InlineData("topic")]
    [InlineData("share_id")]
    [InlineData("project_id")]
    [InlineData("updated_at")]
    [InlineData("description")]
    [InlineData("progress")]
    [InlineData("restore_progress")]
    [InlineData("backup_type")]
    [InlineData("availability_zone")]
    [InlineData("availability_zone_id")]
    [InlineData("user_id")]
    [InlineData("display_description")]
    [InlineData("fail_reason")]
    [InlineData("deleted")]
    [InlineData("deleted_at")]
    public async Task Every_documented_sort_key_is_served(string key)
    {
        await AddAsync("a", "b");

        Assert.Equal(2, Names(await world.Host.SendAsync("GET", $"{Detail}?sort_key={key}")).Count);
    }

    [Theory]
    [InlineData("sort_key=bogus", "bogus", "desc")]
    [InlineData("sort_dir=sideways", "created_at", "sideways")]
    [InlineData("sort_key=id;drop", "id;drop", "desc")]
    public async Task What_cannot_be_sorted_by_is_400(string query, string key, string direction)
    {
        Answer answer = await world.Host.SendAsync("GET", $"{Detail}?{query}");

        Assert.Equal(400, answer.Code);
        Assert.Equal(
            $"Invalid input received: Wrong sorting data provided: sort key is '{key}' and sort direction is '{direction}'.",
            answer.Fault!.Value.Message
        );
    }

    [Fact]
    public async Task A_limit_of_zero_is_an_empty_list()
    {
        await AddAsync("a");

        Answer answer = await world.Host.SendAsync("GET", $"{Detail}?limit=0");

        Assert.Equal("{\"share_backups\":[]}", answer.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort_key=name&sort_dir=asc")]
    [InlineData("&sort_key=status")]
    [InlineData("&sort_key=updated_at&sort_dir=asc")]
    public async Task Following_the_next_links_sees_every_row_once(string order)
    {
        await AddAsync([.. Enumerable.Range(0, 7).Select(number => $"n{number}")]);
        List<string> seen = [];
        string? url = $"{Detail}?limit=2&name~=n%25{order}";
        while (url is not null)
        {
            Answer answer = await world.Host.SendAsync("GET", url);
            seen.AddRange(Names(answer));
            string? href = answer.Json["share_backup_links"]?[0]!["href"]!.GetValue<string>();
            Assert.True(href is null || href.StartsWith(ApiHost.PublicUrl + Detail, StringComparison.Ordinal));
            url = href?[ApiHost.PublicUrl.Length..];
        }
        Assert.Equal(7, seen.Count);
        Assert.Equal(7, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_next_link_names_the_project_where_the_request_did()
    {
        await AddAsync("a", "b");

        Answer answer = await world.Host.SendAsync("GET", $"/v2/{ApiHost.Project}/share-backups?limit=1");

        Assert.StartsWith(
            $"{ApiHost.PublicUrl}/v2/{ApiHost.Project}/share-backups?limit=1&marker=",
            answer.Json["share_backup_links"]![0]!["href"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Offset_skips_with_and_without_a_limit()
    {
        await AddAsync("a", "b", "c");

        Assert.Equal(["a"], Names(await world.Host.SendAsync("GET", $"{Detail}?offset=2")));
        Assert.Equal(["b"], Names(await world.Host.SendAsync("GET", $"{Detail}?offset=1&limit=1")));
    }

    [Fact]
    public async Task An_unknown_marker_or_anothers_is_ignored()
    {
        await AddAsync("a", "b");
        Backup foreign = await world.AddBackupAsync(await world.AddShareAsync(ApiHost.OtherProject));

        foreach (string marker in new[] { "nope", foreign.Id })
        {
            Assert.Equal(2, Names(await world.Host.SendAsync("GET", $"{Detail}?marker={marker}")).Count);
        }
    }

    [Fact]
    public async Task A_list_longer_than_a_reply_buffer_comes_whole()
    {
        for (int number = 0; number < 400; number++)
        {
            await world.AddBackupAsync(share, name: $"{number} {new string('x', 200)}");
        }

        Assert.Equal(400, Names(await world.Host.SendAsync("GET", Detail)).Distinct().Count());
    }

    private async Task AddAsync(params string[] names)
    {
        DateTimeOffset at = Rows.Start;
        foreach (string name in names)
        {
            at += TimeSpan.FromSeconds(1);
            await world.AddBackupAsync(
                share,
                name: name,
                createdAt: at,
                change: backup => backup with { Description = $"of {name}" }
            );
        }
    }

    private static List<string> Names(Answer answer)
    {
        Assert.Equal(200, answer.Code);
        return [.. answer.Json["share_backups"]!.AsArray().Select(row => row!["name"]!.GetValue<string>())];
    }
}
