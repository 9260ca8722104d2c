using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

public sealed class PostgresPlanTests(LargeCatalog large) : PostgresPlanSuite(large), IClassFixture<LargeCatalog>;

[Trait("e2e", "plans")]
public sealed class HugePostgresPlanTests(HugeCatalog huge) : PostgresPlanSuite(huge), IClassFixture<HugeCatalog>;

/// <summary>
/// With many rows of others, PostgreSQL's own plan of what is asked often begins in an index. The usual pages are read in
/// its order, so that nothing is read which is not shown; others may be sorted, of the project's own entries alone.
/// </summary>
public abstract class PostgresPlanSuite(LargeCatalog large)
{
    private static readonly RowOrder<Backup> Newest = SortKeys.Backups(new Page()) with { Limit = 100 };

    [Theory]
    [MemberData(nameof(BackupListPlanTests.Keys), MemberType = typeof(BackupListPlanTests))]
    public async Task A_projects_backups_in_any_order(string key)
    {
        BackupFilter own = new() { ProjectId = "p7" };
        RowOrder<Backup> order = SortKeys.Backups(new Page(SortKey: key, SortDirection: "asc"));

        await ReadsIndexesAsync(session => session.Backups.ListAsync(own, order with { Limit = 100 }));
        await ReadsIndexesAsync(session => session.Backups.ListAsync(own, order with { Limit = 100, Offset = 1000 }));
    }

    [Fact]
    public async Task A_projects_backups_from_the_newest_on() =>
        await FindsPageAsync(
            session => session.Backups.ListAsync(new() { ProjectId = "p7" }, Newest),
            "backups_by_project"
        );

    [Theory]
    [MemberData(nameof(BackupListPlanTests.Filters), MemberType = typeof(BackupListPlanTests))]
    public async Task A_projects_backups_with_any_filter(string filter)
    {
        BackupFilter wanted = filter switch
        {
            "name" => new() { Name = "nightly 57" },
            "description" => new() { Description = "of week 5" },
            "status" => new() { Status = BackupStatus.Available },
            "share_id" => new() { ShareId = "s58" },
            "host" => new() { Host = "node1" },
            _ => new() { Topic = "manila-data" },
        };
        await FindsPageAsync(
            session => session.Backups.ListAsync(wanted with { ProjectId = "p7" }, Newest),
            wanted.ShareId is null ? $"backups_with_{filter}" : "backups_with_share"
        );
    }

    [Fact]
    public async Task And_further_after_a_row() =>
        await FindsPageAsync(
            session => session.Backups.ListAsync(new() { ProjectId = "p7" }, Newest with { After = new(5000L, "b") }),
            "backups_by_project"
        );

    /// <summary>Parts of texts are looked for in the project's entries of an index that holds the text; what is found is sorted.</summary>
    [Theory]
    [InlineData("name", "00012")]
    [InlineData("name", "zzz")]
    [InlineData("description", "zzz")]
    public async Task A_search_for_a_part_of_a_text_reads_an_index_alone(string column, string part)
    {
        BackupFilter own = new() { ProjectId = "p7" };
        BackupFilter filter = column == "name" ? own with { NameLike = part } : own with { DescriptionLike = part };
        PostgresPlan plan = await PlanAsync(session => session.Backups.ListAsync(filter, Newest));

        PostgresPlan scan = Assert.Single(plan.Limited.Scans);
        Assert.Equal("Index Only Scan", scan.Type);
    }

    [Theory]
    [InlineData("created_at", "backups_by_time")]
    [InlineData("status", "backups_of_all_by_state")]
    [InlineData("project_id", "backups_by_id")]
    public async Task The_backups_of_all_projects(string key, string index) =>
        await FindsPageAsync(
            session => session.Backups.ListAsync(new(), SortKeys.Backups(new Page(SortKey: key)) with { Limit = 100 }),
            index
        );

    [Fact]
    public async Task The_backups_of_all_projects_in_one_state() =>
        await FindsPageAsync(
            session => session.Backups.ListAsync(new() { Status = "error" }, Newest),
            "backups_by_status"
        );

    /// <summary>Whose turn it is costs by the queues there are, however many operations one of them has.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Of_each_queue_one_operation_is_looked_at(int? limit)
    {
        ClaimOffer offer = new("n", ["local"], ["create_backup", "export_project"]);
        PostgresPlan plan = await PlanAsync(
            session => session.Operations.HeadsAsync(offer, limit, Rows.Start),
            "ANALYZE, "
        );

        Assert.All(plan.Scans, scan => Assert.True(scan.ReadsIndex, $"{scan.Type} of {scan.Table}"));
        PostgresPlan[] heads = [.. plan.Scans.Where(scan => scan.Index == "operations_queued")];
        Assert.Equal(2, heads.Length);
        Assert.All(heads, scan => Assert.Equal("Index Scan", scan.Type.Replace(" Only", "", StringComparison.Ordinal)));
        // Two kinds of 50 projects, and one more project.
        Assert.InRange(plan.Scans.Sum(scan => scan.RowsRead), 100, 2000);
    }

    [Fact]
    public async Task What_a_worker_claims_of_a_queue_is_found_in_order()
    {
        Operation head = NewOperation.Of("create_backup", "busy", Rows.Start) with { Root = "local" };
        PostgresPlan plan = await PlanAsync(session => session.Operations.NextAsync(head, Rows.Start), "ANALYZE, ");

        Assert.Equal("LockRows", Assert.Single(plan.Limited.Parts).Type);
        Assert.Equal("operations_queued", plan.Limited.Scans[0].Index);
        AssertOrdered(plan.Limited);
        Assert.InRange(plan.Scans.Sum(scan => scan.RowsRead), 1, 200);
    }

    public static TheoryData<string> Questions => [.. Asked.Keys];

    private static readonly Dictionary<string, Func<ICatalogSession, Task>> Asked = new()
    {
        ["expired leases"] = session => session.Operations.ExpiredAsync(Rows.Start),
        ["a project's limit"] = session =>
            session.Operations.IsAllowedAsync(NewOperation.Of("create_backup", "p7", Rows.Start), 2),
        ["what waits for a root"] = session => session.Operations.MistoldAsync(["other"], "Waiting", 200),
        ["a share's operations"] = session => session.Operations.LiveOfShareAsync("s58"),
        ["a volume's operations"] = session => session.Operations.LiveOfVolumeAsync("v58"),
        ["a backup's operations"] = session => session.Operations.LiveOfBackupAsync("b58"),
        ["a snapshot's pins"] = session => session.Operations.IsPinnedAsync("x57"),
        ["a project's maintenance"] = session => session.Operations.AnyAsync("p7", "prune", null, running: true),
        ["a project's export"] = session => session.Operations.AnyAsync("p7", "export_project", null, running: false),
        ["a project's shares"] = session =>
            session.Shares.ListAsync(new() { ProjectId = "p7" }, SortKeys.Shares(new Page()) with { Limit = 100 }),
        ["a project's shares and public ones"] = session =>
            session.Shares.ListAsync(
                new() { ProjectId = "p7", OrPublic = true },
                SortKeys.Shares(new Page()) with
                {
                    Limit = 100,
                }
            ),
        ["a share by its name"] = session =>
            session.Shares.ListAsync(
                new() { ProjectId = "p7", Name = "share 57" },
                SortKeys.Shares(new Page()) with
                {
                    Limit = 100,
                }
            ),
        ["a project's operations"] = session =>
            session.Operations.ListAsync(new() { ProjectId = "p7" }, NewestOperations),
        ["failed operations of all"] = session =>
            session.Operations.ListAsync(new() { Status = "failed" }, NewestOperations),
        ["a project's snapshots"] = session =>
            session.ShareSnapshots.ListAsync(
                new() { ProjectId = "p7" },
                SortKeys.ShareSnapshots(new Page()) with
                {
                    Limit = 100,
                }
            ),
        ["a project's messages"] = session =>
            session.Messages.ListAsync(new() { ProjectId = "p7" }, SortKeys.Messages(new Page()) with { Limit = 100 }),
        ["a project's audit trail"] = session => session.Audit.ListAsync(new() { ProjectId = "p7" }, NewestEntries),
        ["sharings given"] = session => session.Sharings.GivenByAsync("p7", Rows.Start),
        ["a sharing's use"] = session => session.Sharings.FindUsableAsync("b58", "p7", Rows.Start),
        ["sharings that are over"] = session => session.Sharings.ExpiredAsync(Rows.Start.AddYears(-60), 200),
        ["a schedule's backups"] = session => session.Backups.OfScheduleAsync("c7"),
        ["the newest good backup of a share"] = session => session.Backups.NewestGoodAsync("p7", "s7", ofVolume: false),
        ["a project's quota"] = session =>
            session.Quotas.UsageAsync(QuotaTable.All[0], new QuotaScope("p7", null, null)),
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public Task Whatever_is_asked_often_is_asked_of_an_index(string question) => ReadsIndexesAsync(Asked[question]);

    /// <summary>What is read are entries of indexes, and rows that they name.</summary>
    private async Task ReadsIndexesAsync(Func<ICatalogSession, Task> query)
    {
        PostgresPlan plan = await PlanAsync(query);

        Assert.NotEmpty(plan.Scans);
        Assert.All(plan.Scans, scan => Assert.True(scan.ReadsIndex, $"{scan.Type} of {scan.Table}"));
    }

    private static RowOrder<Operation> NewestOperations =>
        new(new("created_at", row => row.CreatedAt), Descending: true, Limit: 100);

    private static RowOrder<AuditEntry> NewestEntries => new(new("at", row => row.At), Descending: true, Limit: 100);

    /// <summary>The page's rows are read from one index, in its order.</summary>
    private async Task FindsPageAsync(Func<ICatalogSession, Task> query, string index)
    {
        PostgresPlan plan = await PlanAsync(query);
        AssertOrdered(plan.Limited);
        PostgresPlan scan = Assert.Single(plan.Limited.Scans);
        Assert.StartsWith(index, scan.Index, StringComparison.Ordinal);
        Assert.All(plan.Scans, one => Assert.True(one.ReadsIndex, $"{one.Type} of {one.Table}"));
    }

    private static void AssertOrdered(PostgresPlan limited)
    {
        Assert.All(limited.Scans, scan => Assert.Contains(scan.Type, (string[])["Index Scan", "Index Only Scan"]));
        Assert.DoesNotContain(limited.All, part => part.Type.Contains("Sort", StringComparison.Ordinal));
    }

    /// <param name="how">Words before <c>FORMAT JSON</c>.</param>
    private Task<PostgresPlan> PlanAsync(Func<ICatalogSession, Task> query, string how = "") =>
        large.Catalog.WriteAsync(
            async session =>
            {
                PostgresPlan? plan = null;
                await query(
                    new ExplainingSession(
                        session.Dialect,
                        async (sql, parameters) =>
                        {
                            string? json = await session.ScalarAsync<string>(
                                $"EXPLAIN ({how}FORMAT JSON) {sql}",
                                parameters
                            );
                            plan = new PostgresPlan(JsonNode.Parse(json!)![0]!["Plan"]!);
                        }
                    )
                );
                return plan!;
            },
            CancellationToken.None
        );
}

/// <summary>A node of a plan, with what is beneath it.</summary>
internal sealed class PostgresPlan(JsonNode node)
{
    public string Type => Text("Node Type")!;

    public string? Table => Text("Relation Name");

    public string? Index => Text("Index Name");

    public IReadOnlyList<PostgresPlan> Parts =>
        [.. (node["Plans"]?.AsArray() ?? []).Select(part => new PostgresPlan(part!))];

    /// <summary>This one and all beneath it, in the order in which they are asked.</summary>
    public IReadOnlyList<PostgresPlan> All => [this, .. Parts.SelectMany(part => part.All)];

    /// <summary>Where rows are read.</summary>
    public IReadOnlyList<PostgresPlan> Scans =>
        [.. All.Where(part => part.Table is not null && part.Table is not ("share_types" or "repositories"))];

    /// <summary>The page.</summary>
    public PostgresPlan Limited => All.First(part => part.Type == "Limit");

    /// <summary>Some of an index's entries, with their rows or without.</summary>
    public bool ReadsIndex => Type is "Index Scan" or "Index Only Scan" or "Bitmap Heap Scan";

    /// <summary>How many rows it has looked at, where it was carried out.</summary>
    public double RowsRead => (Number("Actual Rows") + Number("Rows Removed by Filter")) * Number("Actual Loops");

    private double Number(string name) => node[name]?.GetValue<double>() ?? 0;

    private string? Text(string name) => node[name]?.GetValue<string>();
}
