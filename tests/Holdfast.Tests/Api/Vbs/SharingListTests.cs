using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Api.Vbs;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>Filters, order and pages of the list, and the count beside it, against a model that reads every row.</summary>
public sealed class SharingListTests : VbsTests
{
    private const int Queries = 600;

    private static readonly string[] Projects = [Owner, Recipient, Third];

    private static readonly string?[] Names =
    [
        "nightly",
        "Nightly_1",
        "nightlyX1",
        "100%",
        "100 per cent",
        @"a\b",
        "Übung",
        null,
    ];

    private static readonly string[] NameParts = ["NIGHT", "y_1", "%", @"\", "üb", "0", "", "none"];
    private static readonly string[] Statuses = [BackupStatus.Available, BackupStatus.Error, BackupStatus.Deleting];
    private static readonly string[] Zones = ["nova", "AZ1", "eu-de-01"];
    private static readonly string[] States = [SharingState.Accepted, SharingState.Pending, SharingState.Rejected];
    private static readonly string[] SortKeys = ["created_at", "updated_at", "id", "name", "status", "size"];

    [Fact]
    public async Task Every_filter_alone_and_combined_is_what_reading_every_row_finds()
    {
        int seed = RequestMutations.Seed();
        Random random = new(seed);
        SharedBackup[] rows = await FillAsync(random);
        List<string> wrong = [];
        int found = 0;
        for (int i = 0; i < Queries && wrong.Count < 10; i++)
        {
            string project = Pick(random, Projects);
            Query query = Query.Random(random, rows);
            string[] all = [.. query.Of(rows, project).Select(row => row.Id)];
            found += all.Length;
            int offset = random.Next(3) == 0 ? random.Next(all.Length + 2) : 0;
            int? limit = random.Next(3) == 0 ? random.Next(all.Length + 2) : null;
            string page = (offset > 0 ? $"&offset={offset}" : "") + (limit is { } few ? $"&limit={few}" : "");
            Answer list = await SendAsync("GET", $"/detail?{query.Text}{page}", project: project);
            Answer count = await SendAsync("GET", $"/count?{query.Text}{page}", project: project);
            string[] due = [.. all.Skip(offset).Take(limit ?? int.MaxValue)];
            if (list.Code != 200 || !Ids(list).SequenceEqual(due))
            {
                wrong.Add($"seed {seed}, {project} {query.Text}{page}: {string.Join(' ', due)}, not {list.Text}");
            }
            if (count.Text != $$"""{"count":{{all.Length}}}""")
            {
                wrong.Add($"seed {seed}, {project} {query.Text}: {all.Length}, not {count.Text}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        // Else this looks at nothing.
        Assert.True(found > Queries, $"seed {seed}: {found} rows in all");
    }

    [Fact]
    public async Task Pages_over_ties_neither_repeat_nor_leave_out_a_row()
    {
        for (int i = 0; i < 5; i++)
        {
            Backup backup = await AddBackupAsync();
            foreach (string project in (string[])[Recipient, Third])
            {
                await World.AddSharingAsync(backup, project);
            }
        }
        foreach (string sort in (string[])["", "&sort_key=size", "&sort_key=name&sort_dir=asc", "&sort_key=updated_at"])
        {
            List<string> seen = [];
            for (int offset = 0; offset < 12; offset += 3)
            {
                seen.AddRange(Ids(await SendAsync("GET", $"/detail?limit=3&offset={offset}{sort}")));
            }
            string[] whole = Ids(await SendAsync("GET", $"/detail?x=y{sort}"));
            Assert.Equal(10, whole.Distinct().Count());
            Assert.Equal(whole, seen);
        }
    }

    [Fact]
    public async Task Rows_that_come_while_a_client_pages_in_their_order_are_behind_what_it_has()
    {
        List<string> seen = [];
        for (int i = 0; i < 4; i++)
        {
            Backup backup = await AddBackupAsync();
            for (int n = 0; n < 3; n++)
            {
                await World.AddSharingAsync(
                    backup,
                    Projects[1..].Append(Rows.Stranger).ElementAt(n),
                    change: row => row with { CreatedAt = row.CreatedAt.AddSeconds(i) }
                );
            }
            seen.AddRange(Ids(await SendAsync("GET", $"/detail?sort_dir=asc&limit=3&offset={3 * i}")));
        }
        Assert.Equal(Ids(await SendAsync("GET", "/detail?sort_dir=asc")), seen);
    }

    [Fact]
    public async Task Without_a_limit_1000_rows_come_and_links_lead_to_the_others()
    {
        HashSet<string> ids = [];
        Share share = await World.AddShareAsync(Owner);
        for (int i = 0; i < 211; i++)
        {
            Backup backup = await World.AddBackupAsync(share);
            await World.Catalog.WriteAsync(
                async session =>
                {
                    for (int n = 0; n < 10; n++)
                    {
                        Sharing row = Row(backup, $"{n:x31}a");
                        await session.Sharings.AddAsync(row);
                        ids.Add(row.Id);
                    }
                },
                CancellationToken.None
            );
        }

        List<string> seen = [];
        List<int> pages = [];
        string? next = $"/v2/{Owner}/os-vendor-backup-sharing/detail?name=a+b%26c&name=";
        while (next is not null)
        {
            Answer page = await Host.SendAsync("GET", next, token: Owner, version: null, experimental: null);
            seen.AddRange(Ids(page));
            pages.Add(Ids(page).Length);
            string? link =
                page.Json["shared_links"]?[0] is { } one && Text(one, "rel") == "next" ? Text(one, "href") : null;
            Assert.Equal(link is null ? ["shared"] : ["shared", "shared_links"], Keys(page.Json));
            Assert.StartsWith(ApiHost.PublicUrl, link ?? ApiHost.PublicUrl, StringComparison.Ordinal);
            next = link?[ApiHost.PublicUrl.Length..];
        }
        Assert.Equal([1000, 1000, 110], pages);
        Assert.Equal(ids.Order(), seen.Order());

        // A limit is the client's own, whatever it is.
        foreach (string limit in (string[])["1", "1000", "1001", "99999999999999999999999999999999999"])
        {
            Answer page = await SendAsync("GET", $"/detail?limit={limit}");
            Assert.Equal(["shared"], Keys(page.Json));
            Assert.Equal(limit == "1" ? 1 : 1000, Ids(page).Length);
        }
        Assert.Equal("""{"count":2110}""", (await SendAsync("GET", "/count?limit=1&offset=5&sort_key=frob")).Text);
    }

    /// <summary>A new row at the head of the list, and the end of one that the client has, move all others.</summary>
    [Fact]
    public async Task Rows_that_come_and_go_between_linked_pages_neither_repeat_nor_hide_one_that_stays()
    {
        Random random = new(1);
        Dictionary<string, Sharing> standing = [];
        Share share = await World.AddShareAsync(Owner);
        while (standing.Count < 1030)
        {
            Backup backup = await World.AddBackupAsync(
                share,
                change: row =>
                    row with
                    {
                        Name = Pick(random, Names),
                        Status = Pick(random, Statuses),
                        Size = random.Next(1, 4),
                    }
            );
            await AddAsync(backup, 10);
        }

        foreach (string key in SortKeys)
        {
            foreach (string direction in (string[])["desc", "asc"])
            {
                string list = $"/detail?sort_key={key}&sort_dir={direction}";
                Answer first = await SendAsync("GET", list);
                string[] page = Ids(first);
                Assert.Equal(1000, page.Length);

                string[] gone = [page[^1], page[0], page[500]];
                await World.Catalog.WriteAsync(
                    async session =>
                    {
                        foreach (string id in gone)
                        {
                            await session.Sharings.RemoveAsync(id);
                        }
                    },
                    CancellationToken.None
                );
                HashSet<string> due = [.. standing.Keys.Except(page)];
                foreach (string id in gone)
                {
                    standing.Remove(id);
                }
                await AddAsync(await World.AddBackupAsync(share, change: row => row with { Name = "new" }), 3);

                string link = Text(first.Json["shared_links"]![0], "href")![ApiHost.PublicUrl.Length..];
                Assert.DoesNotContain("offset", link, StringComparison.Ordinal);
                Answer second = await Host.SendAsync("GET", link, token: Owner, version: null, experimental: null);
                Assert.Empty(Ids(second).Intersect(page));
                Assert.Empty(due.Except(Ids(second)));
                Assert.Equal(["shared"], Keys(second.Json));
            }
        }

        Task AddAsync(Backup backup, int count) =>
            World.Catalog.WriteAsync(
                async session =>
                {
                    for (int n = 0; n < count; n++)
                    {
                        Sharing row = Row(backup, $"{n:x31}a") with
                        {
                            CreatedAt = Rows.Start.AddSeconds(standing.Count % 50),
                            UpdatedAt = n % 2 == 0 ? null : Rows.Start.AddSeconds(n),
                        };
                        await session.Sharings.AddAsync(row);
                        standing.Add(row.Id, row);
                    }
                },
                CancellationToken.None
            );
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("!")]
    [InlineData("bg")] // a number, and nothing of it
    [InlineData("dGE")] // a text that never ends
    [InlineData("dAA")] // a text, and no id
    [InlineData("dP8Aaw")] // a text that is not UTF-8
    public async Task A_cursor_that_no_link_has_is_400(string cursor)
    {
        Answer answer = await SendAsync("GET", $"/detail?cursor={cursor}");
        Assert.Equal(
            (400, ("badRequest", "cursor is not one that a link here has given.")),
            (answer.Code, answer.Fault)
        );
    }

    [Fact]
    public async Task A_cursor_of_another_order_is_some_place()
    {
        await World.AddSharingAsync(await AddBackupAsync(), Recipient);
        foreach (RowPlace place in (RowPlace[])[new("a text", "id"), new(1, "id"), new("", "id")])
        {
            foreach (string key in SortKeys)
            {
                string query = $"/detail?sort_key={key}&cursor={LinkCursor.Of(place)}";
                Assert.Equal(200, (await SendAsync("GET", query)).Code);
            }
        }
    }

    [Theory]
    [InlineData("limit=x", "limit param must be an integer")]
    [InlineData("limit=", "limit param must be an integer")]
    [InlineData("limit=1.5", "limit param must be an integer")]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("offset=x", "offset must be an integer")]
    [InlineData("offset=-1", "offset must be >= 0")]
    [InlineData("offset=2147483648", "offset must be <= 2147483647")]
    [InlineData("sort_dir=up", "Unknown sort direction, must be 'desc' or 'asc'.")]
    [InlineData("sort_dir=DESC", "Unknown sort direction, must be 'desc' or 'asc'.")]
    [InlineData("sort_key=container_format", "Invalid sort key: container_format")]
    [InlineData("sort_key=disk_format", "Invalid sort key: disk_format")]
    [InlineData("sort_key=id%3b--", "Invalid sort key: id;--")]
    [InlineData("share_to_me=maybe", "share_to_me must be true or false.")]
    [InlineData("share_to_me=", "share_to_me must be true or false.")]
    [InlineData("name=%ff", "The query string is not valid UTF-8 text.")]
    public async Task A_query_that_makes_no_sense_is_400_in_cinders_words(string query, string why)
    {
        Answer answer = await SendAsync("GET", $"/detail?{query}");
        Assert.Equal((400, ("badRequest", why)), (answer.Code, answer.Fault));
        Assert.Equal(400, answer.Json["badRequest"]!["code"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("true t yes y on 1 TRUE Yes", true)]
    [InlineData("false f no n off 0 FALSE Off", false)]
    public async Task A_boolean_is_any_of_openstacks_words(string words, bool value)
    {
        Backup received = await AddBackupAsync(Third);
        string mine = (await World.AddSharingAsync(received, Owner)).Id;
        string given = (await World.AddSharingAsync(await AddBackupAsync(), Recipient)).Id;
        foreach (string word in words.Split(' '))
        {
            string[] ids = Ids(await SendAsync("GET", $"/detail?share_to_me={word}"));
            Assert.Equal([value ? mine : given], ids);
        }
    }

    [Fact]
    public async Task Unknown_parameters_and_a_marker_mean_nothing()
    {
        string[] ids = [(await World.AddSharingAsync(await AddBackupAsync(), Recipient)).Id];
        Assert.Equal(
            ids,
            Ids(await SendAsync("GET", $"/detail?frob=1&marker={ids[0]}&deleted=true&all_tenants=1&=&&a"))
        );
    }

    private async Task<SharedBackup[]> FillAsync(Random random)
    {
        List<SharedBackup> rows = [];
        for (int i = 0; i < 24; i++)
        {
            string owner = random.Next(4) == 0 ? Third : Owner;
            Backup backup = await AddBackupAsync(
                owner,
                row =>
                    row with
                    {
                        Name = Pick(random, Names),
                        Status = Pick(random, Statuses),
                        AvailabilityZone = Pick(random, Zones),
                        Size = random.Next(1, 4),
                    }
            );
            foreach (string project in Projects.Append(Rows.Stranger).Where(one => one != owner))
            {
                if (random.Next(4) == 0)
                {
                    continue;
                }
                Sharing sharing = await World.AddSharingAsync(
                    backup,
                    project,
                    random.Next(4) == 0 ? Pick(random, States) : SharingState.Accepted,
                    row =>
                        row with
                        {
                            CreatedAt = row.CreatedAt.AddSeconds(random.Next(8)),
                            UpdatedAt = random.Next(2) == 0 ? row.CreatedAt.AddSeconds(random.Next(4)) : null,
                            ExpiresAt = random.Next(5) switch
                            {
                                0 => DateTimeOffset.UnixEpoch.AddDays(1),
                                1 => DateTimeOffset.UnixEpoch.AddYears(1000),
                                _ => null,
                            },
                        }
                );
                rows.Add(new SharedBackup(sharing, backup, null));
            }
        }
        return [.. rows];
    }

    private static Sharing Row(Backup backup, string to) =>
        new()
        {
            Id = Guid.NewGuid().ToString(),
            BackupId = backup.Id,
            FromProjectId = backup.ProjectId,
            ToProjectId = to,
            State = SharingState.Accepted,
            CreatedAt = Rows.Start,
        };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    /// <summary>A query as text, and what it means.</summary>
    private sealed class Query
    {
        private readonly List<string> parameters = [];
        private readonly List<Func<SharedBackup, bool>> conditions = [];
        private bool received;
        private string key = "created_at";
        private bool descending = true;

        public string Text => string.Join('&', parameters);

        public static Query Random(Random random, SharedBackup[] rows)
        {
            // Alone as often as combined.
            int usual = random.Next(2) == 0 ? 8 : 3;
            Query query = new();
            SharedBackup one = Pick(random, rows);
            bool Chosen() => random.Next(usual) == 0;
            string Or(string value) => random.Next(5) == 0 ? Guid.NewGuid().ToString("N") : value;
            if (random.Next(2) == 0)
            {
                query.received = true;
                query.parameters.Add("share_to_me=true");
            }
            void Exact(string name, string value, Func<SharedBackup, string> of)
            {
                if (Chosen())
                {
                    query.Add(name, value, row => of(row) == value);
                }
            }
            Exact("backup_id", Or(one.Backup.Id), row => row.Backup.Id);
            Exact("volume_id", Or(one.Backup.SourceId), row => row.Backup.SourceId);
            Exact("status", Or(one.Backup.Status), row => row.Backup.Status);
            Exact("from_project_id", Or(one.Sharing.FromProjectId), row => row.Sharing.FromProjectId);
            Exact("to_project_id", Or(one.Sharing.ToProjectId), row => row.Sharing.ToProjectId);
            Exact("avalilability_zone", Pick(random, Zones), row => row.Backup.AvailabilityZone);
            Exact("availability_zone", Pick(random, Zones), row => row.Backup.AvailabilityZone);
            if (Chosen())
            {
                string part = Pick(random, NameParts);
                query.Add(
                    "name",
                    part,
                    row =>
                        part.Length == 0
                        || row.Backup.Name?.Contains(part, StringComparison.InvariantCultureIgnoreCase) == true
                );
            }
            if (random.Next(2) == 0)
            {
                query.key = Pick(random, SortKeys);
                query.parameters.Add($"sort_key={query.key}");
            }
            if (random.Next(2) == 0)
            {
                query.descending = random.Next(2) == 0;
                query.parameters.Add($"sort_dir={(query.descending ? "desc" : "asc")}");
            }
            return query;
        }

        public IEnumerable<SharedBackup> Of(IEnumerable<SharedBackup> rows, string project)
        {
            IEnumerable<SharedBackup> seen = rows.Where(row => row.Sharing.ExpiresAt is not { Year: 1970 })
                .Where(row =>
                    received
                        ? row.Sharing.ToProjectId == project && row.Sharing.State == SharingState.Accepted
                        : row.Sharing.FromProjectId == project
                )
                .Where(row => conditions.TrueForAll(condition => condition(row)))
                .OrderBy(Value, StringComparer.Ordinal)
                .ThenBy(row => row.Id, StringComparer.Ordinal);
            return descending ? seen.Reverse() : seen;
        }

        private string Value(SharedBackup row) =>
            key switch
            {
                "created_at" => Of(row.Sharing.CreatedAt),
                "updated_at" => Of(row.Sharing.UpdatedAt ?? DateTimeOffset.UnixEpoch),
                "name" => row.Backup.Name ?? "",
                "status" => row.Backup.Status,
                "size" => row.Backup.Size.ToString("D4", CultureInfo.InvariantCulture),
                _ => row.Id,
            };

        private static string Of(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

        private void Add(string name, string value, Func<SharedBackup, bool> condition)
        {
            parameters.Add($"{name}={Uri.EscapeDataString(value)}");
            conditions.Add(condition);
        }
    }
}
