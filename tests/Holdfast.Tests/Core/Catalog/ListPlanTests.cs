using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>
/// What is asked often must not become slow with the rows of others or of long ago: SQLite's own plan names the index that
/// has the rows, and the columns by which they are found in it. A sort would be a step of its own.
/// </summary>
public sealed class ListPlanTests : IAsyncLifetime
{
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() => core = await CoreFixture.MakeAsync();

    public ValueTask DisposeAsync() => core.DisposeAsync();

    private static readonly Page First = new(Limit: 100);

    private static readonly Dictionary<string, ShareFilter> SharesBy = new()
    {
        [""] = new(),
        ["name"] = new() { Name = "x" },
        ["status"] = new() { Status = "x" },
        ["share_type_id"] = new() { ShareTypeId = "x" },
        ["snapshot_id"] = new() { SnapshotId = "x" },
    };

    private static readonly Dictionary<string, OperationFilter> OperationsBy = new()
    {
        [""] = new(),
        ["status"] = new() { Status = "x" },
        ["kind"] = new() { Kind = "x" },
        ["share_id"] = new() { ShareId = "x" },
        ["backup_id"] = new() { BackupId = "x" },
    };

    private static readonly Dictionary<string, ShareSnapshotFilter> SnapshotsBy = new()
    {
        [""] = new(),
        ["name"] = new() { Name = "x" },
        ["status"] = new() { Status = "x" },
    };

    private static readonly Dictionary<string, MessageFilter> MessagesBy = new()
    {
        [""] = new(),
        ["request_id"] = new() { RequestId = "x" },
    };

    private static readonly Dictionary<string, AuditFilter> AuditBy = new()
    {
        [""] = new(),
        ["action"] = new() { Action = "x" },
        ["backup_id"] = new() { BackupId = "x" },
        ["object_id"] = new() { ObjectId = "x" },
        ["from"] = new() { From = Rows.Start },
    };

    [Theory]
    [InlineData("", "(project_id=?)")]
    [InlineData("name", "(project_id=? AND name=?)")]
    [InlineData("status", "(project_id=? AND status=?)")]
    [InlineData("share_type_id", "(project_id=? AND share_type_id=?)")]
    [InlineData("snapshot_id", "(project_id=? AND snapshot_id=?)")]
    public async Task A_projects_shares(string filter, string found)
    {
        string page = Assert.Single(await SharesAsync(SharesBy[filter] with { ProjectId = "p" }, null));

        Assert.StartsWith("SEARCH shares USING ", page, StringComparison.Ordinal);
        Assert.EndsWith(found, page, StringComparison.Ordinal);
    }

    /// <summary>What the stock client asks for whenever it is given a name.</summary>
    [Theory]
    [InlineData("", "(project_id=?)", "SCAN shares USING INDEX shares_public")]
    [InlineData("name", "(project_id=? AND name=?)", "SEARCH shares USING INDEX shares_public_with_name (name=?)")]
    public async Task A_projects_shares_and_public_ones(string filter, string own, string others)
    {
        string[] pages = await SharesAsync(SharesBy[filter] with { ProjectId = "p", OrPublic = true }, null);

        Assert.Equal(2, pages.Length);
        Assert.StartsWith("SEARCH shares USING ", pages[0], StringComparison.Ordinal);
        Assert.EndsWith(own, pages[0], StringComparison.Ordinal);
        Assert.Equal(others, pages[1]);
    }

    [Fact]
    public async Task And_further_after_a_row()
    {
        string[] pages = await SharesAsync(new() { ProjectId = "p", OrPublic = true }, new("x", "y"));

        Assert.Equal(
            [
                "SEARCH shares USING INDEX shares_by_project (project_id=? AND (created_at,id)<(?,?))",
                "SEARCH shares USING INDEX shares_public ((created_at,id)<(?,?))",
            ],
            pages
        );
    }

    [Fact]
    public async Task A_share_of_all_projects_by_its_name() =>
        Assert.Equal(
            ["SEARCH shares USING INDEX shares_of_all_with_name (name=?)"],
            await SharesAsync(new() { Name = "x" }, null)
        );

    [Theory]
    [InlineData("", "(project_id=?)")]
    [InlineData("status", "(project_id=? AND status=?)")]
    [InlineData("kind", "(project_id=? AND kind=?)")]
    [InlineData("share_id", "(project_id=? AND share_id=?)")]
    [InlineData("backup_id", "(project_id=? AND backup_id=?)")]
    public async Task A_projects_operations(string filter, string found) =>
        await FindsAsync(
            session => session.Operations.ListAsync(OperationsBy[filter] with { ProjectId = "p" }, NewestOperations),
            found
        );

    [Theory]
    [InlineData("status")]
    [InlineData("kind")]
    public async Task Operations_of_all_projects(string filter) =>
        await FindsAsync(
            session => session.Operations.ListAsync(OperationsBy[filter], NewestOperations),
            $"({filter}=?)"
        );

    [Theory]
    [InlineData("", "(project_id=?)")]
    [InlineData("name", "(project_id=? AND name=?)")]
    [InlineData("status", "(project_id=? AND status=?)")]
    public async Task A_projects_snapshots(string filter, string found) =>
        await FindsAsync(
            session =>
                session.ShareSnapshots.ListAsync(
                    SnapshotsBy[filter] with
                    {
                        ProjectId = "p",
                    },
                    SortKeys.ShareSnapshots(First)
                ),
            found
        );

    [Theory]
    [InlineData("", "(project_id=?)")]
    [InlineData("request_id", "(project_id=? AND request_id=?)")]
    public async Task A_projects_messages(string filter, string found) =>
        await FindsAsync(
            session =>
                session.Messages.ListAsync(MessagesBy[filter] with { ProjectId = "p" }, SortKeys.Messages(First)),
            found
        );

    [Theory]
    [InlineData("", "(project_id=?)")]
    [InlineData("action", "(project_id=? AND action=?)")]
    [InlineData("backup_id", "(backup_id=? AND project_id=?)")]
    [InlineData("object_id", "(object_id=? AND project_id=?)")]
    [InlineData("from", "(project_id=? AND at>?)")]
    public async Task A_projects_audit_trail(string filter, string found) =>
        await FindsAsync(
            session => session.Audit.ListAsync(AuditBy[filter] with { ProjectId = "p" }, NewestEntries),
            found
        );

    /// <summary>What an administrator asks for.</summary>
    [Fact]
    public async Task The_audit_trail_of_all_projects_by_action() =>
        await FindsAsync(session => session.Audit.ListAsync(AuditBy["action"], NewestEntries), "(action=?)");

    [Fact]
    public async Task Whether_a_look_is_news_is_asked_of_the_sharings_own_entries() =>
        await FindsAsync(
            session => session.Audit.ObjectsSinceAsync(["s", "t"], "a", "u", core.Time.GetUtcNow()),
            "(object_id=? AND action=? AND actor=? AND at>?)"
        );

    [Fact]
    public async Task What_pins_a_snapshot() =>
        await FindsAsync(session => session.Operations.IsPinnedAsync("s"), "(pinned_snapshot_id=? AND status=?)");

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Of_each_queue_one_operation_is_looked_at(int? limit)
    {
        ClaimOffer offer = new("n", ["r"], ["k"]);
        IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
            session.Operations.HeadsAsync(offer, limit, core.Time.GetUtcNow())
        );

        // Of the heads alone; nothing else is sorted.
        Assert.Single(Details(steps), "USE TEMP B-TREE FOR ORDER BY");
        Assert.Equal(
            ["SCAN CONSTANT ROW", "SCAN heads", "SCAN heads"],
            Details(steps).Where(step => step.StartsWith("SCAN", StringComparison.Ordinal))
        );
        Assert.Contains("SEARCH o USING COVERING INDEX operations_queued (status=?)", Details(steps));
        Assert.Contains("SEARCH o USING COVERING INDEX operations_queued (status=? AND <expr>>?)", Details(steps));
        Assert.All(
            Details(steps).Where(step => step.StartsWith("SEARCH other", StringComparison.Ordinal)),
            step => Assert.Contains("(project_id=? AND ", step, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_a_worker_claims_of_a_queue_is_found_in_order()
    {
        Operation head = NewOperation.Of("k", "p", core.Time.GetUtcNow());
        IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
            session.Operations.NextAsync(head, core.Time.GetUtcNow())
        );

        Assert.Equal("SEARCH o USING INDEX operations_queued (status=? AND <expr>=?)", steps[0].Detail);
        Assert.DoesNotContain("USE TEMP B-TREE FOR ORDER BY", Details(steps));
        Assert.Contains("SEARCH other USING INDEX operations_by_share (share_id=? AND status=?)", Details(steps));
        Assert.Contains("SEARCH other USING INDEX operations_by_volume (volume_id=? AND status=?)", Details(steps));
    }

    [Fact]
    public async Task Whether_a_projects_work_waits() =>
        await FindsAsync(
            session => session.Operations.AnyAsync("p", "k", "r", running: true),
            "(project_id=? AND kind=? AND status=?)"
        );

    [Fact]
    public async Task Which_shares_a_place_overlaps_is_not_asked_of_them_all()
    {
        IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
            session.Shares.AnyOverlapAsync(new SharePlace("r", "a/b"))
        );

        string[] searches = [.. Details(steps).Where(step => step.Contains(" shares ", StringComparison.Ordinal))];
        Assert.Equal(2, searches.Length);
        Assert.EndsWith("(root=? AND path=?)", searches[0], StringComparison.Ordinal);
        Assert.EndsWith("(root=? AND path>? AND path<?)", searches[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "(project_id=?)")]
    [InlineData("u", null, "(project_id=? AND user_id=?)")]
    [InlineData(null, "t", "(project_id=?)")]
    [InlineData("u", "t", "(project_id=? AND user_id=?)")]
    public async Task What_quotas_count_is_the_projects_own(string? user, string? type, string found)
    {
        foreach (QuotaTable table in QuotaTable.All)
        {
            IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
                session.Quotas.UsageAsync(table, new QuotaScope("p", user, type))
            );

            string counted = steps[0].Detail;
            Assert.StartsWith($"SEARCH {table.Name} USING COVERING INDEX ", counted, StringComparison.Ordinal);
            Assert.Contains(found[..^1], counted, StringComparison.Ordinal);
            // Its type is asked of each row's share.
            Assert.All(
                Details(steps).Skip(1).Where(step => !step.StartsWith("CORRELATED", StringComparison.Ordinal)),
                step => Assert.EndsWith("(id=?)", step, StringComparison.Ordinal)
            );
        }
    }

    private static RowOrder<Operation> NewestOperations =>
        new(new SortColumn<Operation>("created_at", row => row.CreatedAt), Descending: true, Limit: 100);

    private static RowOrder<AuditEntry> NewestEntries =>
        new(new SortColumn<AuditEntry>("at", row => row.At), Descending: true, Limit: 100);

    private static IEnumerable<string> Details(IEnumerable<PlanStep> steps) => steps.Select(step => step.Detail);

    private async Task FindsAsync(Func<ICatalogSession, Task> query, string found)
    {
        string step = Assert.Single(Details(await core.Catalog.ExplainAsync(query)));
        Assert.StartsWith("SEARCH ", step, StringComparison.Ordinal);
        Assert.EndsWith(found, step, StringComparison.Ordinal);
    }

    /// <summary>How the ids of a page are found, newest first; one step of each select that is merged into it.</summary>
    private async Task<string[]> SharesAsync(ShareFilter filter, RowPlace? after)
    {
        RowOrder<Share> order = SortKeys.Shares(First) with { After = after };
        IReadOnlyList<PlanStep> steps = await core.Catalog.ExplainAsync(session =>
            session.Shares.ListAsync(filter, order)
        );
        long page = steps[0].Id;
        Assert.DoesNotContain("USE TEMP B-TREE", Details(steps.Where(step => IsWithin(step, page))));
        return
        [
            .. Details(steps.Where(step => IsWithin(step, page)))
                .Where(step => step.Contains(" shares ", StringComparison.Ordinal)),
        ];

        bool IsWithin(PlanStep step, long ancestor) =>
            step.Parent == ancestor
            || (step.Parent != 0 && IsWithin(steps.Single(other => other.Id == step.Parent), ancestor));
    }
}
