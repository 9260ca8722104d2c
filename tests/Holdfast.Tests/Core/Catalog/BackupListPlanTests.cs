using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>
/// A list must not become slow with the rows of others: SQLite's own plan shows that the rows of a page are found in one
/// index, in order, whatever the filter or the order.
/// </summary>
public sealed class BackupListPlanTests : IAsyncLifetime
{
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() => core = await CoreFixture.MakeAsync();

    public ValueTask DisposeAsync() => core.DisposeAsync();

    public static TheoryData<string> Keys =>
        [
            "id",
            "status",
            "size",
            "share_id",
            "project_id",
            "user_id",
            "availability_zone",
            "progress",
            "restore_progress",
            "created_at",
            "updated_at",
            "name",
            "description",
            "host",
            "topic",
            "backup_type",
            "fail_reason",
        ];

    public static TheoryData<string> Filters => ["name", "description", "status", "share_id", "host", "topic"];

    private static readonly Dictionary<string, BackupFilter> FiltersOf = new()
    {
        ["name"] = new() { Name = "x" },
        ["description"] = new() { Description = "x" },
        ["status"] = new() { Status = "x" },
        ["share_id"] = new() { ShareId = "x" },
        ["host"] = new() { Host = "x" },
        ["topic"] = new() { Topic = "x" },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_projects_backups_in_any_order(string key)
    {
        string page = await PlanAsync(new() { ProjectId = "p" }, new Page(SortKey: key));

        Assert.StartsWith("SEARCH backups USING ", page, StringComparison.Ordinal);
        Assert.Contains("(of_volume=? AND project_id=?)", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task And_further_after_a_row(string key)
    {
        RowOrder<Backup> order = SortKeys.Backups(new Page(SortKey: key, SortDirection: "asc"));
        string page = await PlanAsync(new() { ProjectId = "p" }, order with { After = new("x", "y") });

        Assert.StartsWith("SEARCH backups USING ", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_projects_backups_with_any_filter(string filter)
    {
        string page = await PlanAsync(FiltersOf[filter] with { ProjectId = "p" }, new Page());

        Assert.StartsWith("SEARCH backups USING COVERING INDEX ", page, StringComparison.Ordinal);
        Assert.Contains($"{filter}=?", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task A_search_for_a_part_of_a_text_goes_from_texts_to_the_index_and_sorts_nothing(string way)
    {
        BackupFilter[] filters = [new() { NameLike = "x" }, new() { DescriptionLike = "é" }];
        foreach (BackupFilter filter in filters)
        {
            RowOrder<Backup> order = SortKeys.Backups(new Page(SortDirection: way));
            await SearchesAsync(order, "(of_volume=? AND project_id=?)");
            await SearchesAsync(
                order with
                {
                    After = new("x", "y"),
                },
                way == "asc" ? "(of_volume=? AND project_id=?)" : "(of_volume=? AND project_id=? AND first_at<?)"
            );

            async Task SearchesAsync(RowOrder<Backup> order, string columns) =>
                Assert.Equal(
                    [
                        $"SEARCH backup_texts USING PRIMARY KEY {columns}",
                        "SEARCH backups USING COVERING INDEX backups_by_project (of_volume=? AND project_id=? AND created_at>? AND created_at<?)",
                    ],
                    await PagePlanAsync(filter with { ProjectId = "p" }, order)
                );
        }
    }

    [Fact]
    public async Task A_search_in_another_order_walks_an_index_in_that_order() =>
        Assert.StartsWith(
            "SEARCH backups USING ",
            await PlanAsync(new() { ProjectId = "p", NameLike = "x" }, new Page(SortKey: "size")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("created_at")]
    [InlineData("status")]
    [InlineData("project_id")]
    public async Task The_backups_of_all_projects(string key) =>
        Assert.StartsWith(
            "SEARCH backups USING COVERING INDEX ",
            await PlanAsync(new(), new Page(SortKey: key)),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task The_backups_of_all_projects_in_one_state() =>
        Assert.StartsWith(
            "SEARCH backups USING COVERING INDEX ",
            await PlanAsync(new() { Status = "error" }, new Page()),
            StringComparison.Ordinal
        );

    private Task<string> PlanAsync(BackupFilter filter, Page page) => PlanAsync(filter, SortKeys.Backups(page));

    /// <summary>How the rows of the page are found; its one step, since sorting would be another.</summary>
    private async Task<string> PlanAsync(BackupFilter filter, RowOrder<Backup> order) =>
        Assert.Single(await PagePlanAsync(filter, order));

    private async Task<IEnumerable<string>> PagePlanAsync(BackupFilter filter, RowOrder<Backup> order)
    {
        IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
            session.Backups.ListAsync(filter, order with { Limit = 100 })
        );
        PlanStep page = Assert.Single(
            steps,
            step =>
                step.Detail.EndsWith(" page", StringComparison.Ordinal)
                && step.Parent == 0
                && !step.Detail.StartsWith("SCAN", StringComparison.Ordinal)
        );
        return steps.Where(step => step.Parent == page.Id).Select(step => step.Detail);
    }
}
