using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

/// <summary>The list and the count of sharings are one filter, and what they find is what the rows say; others' rows cost nothing.</summary>
public sealed class SharingRowsTests : IAsyncLifetime
{
    private const int Backups = 12;
    private static readonly string[] Projects =
    [
        .. Enumerable.Range(0, 5).Select(n => $"{n:d2}c{new string('0', 29)}"),
    ];
    private static readonly string[] Names = ["Nightly", "nightly 100%", "a_b", "aXb", "größe", "GRÖSSE", ""];
    private static readonly string[] Statuses = [BackupStatus.Available, BackupStatus.Restoring, BackupStatus.Error];
    private static readonly string[] Zones = ["AZ1", "AZ2"];
    private static readonly string[] Keys = ["id", "created_at", "updated_at", "name", "status", "size"];

    private readonly List<SharedBackup> all = [];
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync()
    {
        Random random = new(1);
        core = await CoreFixture.MakeAsync(Rows.Share("s0"), Rows.Share("s1"));
        for (int n = 0; n < Backups; n++)
        {
            string name = Any(random, Names);
            Backup backup = Rows.Backup($"b{n}", $"s{n % 2}", Any(random, Statuses)) with
            {
                ProjectId = Any(random, Projects),
                Name = name.Length == 0 ? null : name,
                AvailabilityZone = Any(random, Zones),
                Size = random.Next(1, 4),
            };
            await core.Catalog.AddBackupsAsync(backup);
            foreach (string to in Projects.Where(to => to != backup.ProjectId && random.Next(3) > 0))
            {
                Sharing sharing = Rows.Sharing(Guid.NewGuid().ToString(), backup, to) with
                {
                    State = random.Next(2) == 0 ? SharingState.Accepted : SharingState.Pending,
                    // Many of one moment, so that ties have to be broken.
                    CreatedAt = Rows.Start.AddMinutes(random.Next(3)),
                    UpdatedAt = random.Next(2) == 0 ? null : Rows.Start.AddMinutes(random.Next(3)),
                    ExpiresAt = random.Next(3) == 0 ? Rows.Start.AddMinutes(random.Next(4)) : null,
                };
                await core.Catalog.AddSharingAsync(sharing);
                all.Add(new SharedBackup(sharing, backup, null));
            }
        }
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task List_and_count_agree_with_the_rows_whatever_is_asked(int seed)
    {
        Random random = new(seed);
        int found = 0;
        for (int round = 0; round < 150; round++)
        {
            SharingFilter filter = Filter(random);
            string key = Any(random, Keys);
            bool descending = random.Next(2) == 0;
            int offset = random.Next(4);
            int? limit = random.Next(2) == 0 ? random.Next(1, 6) : null;
            RowOrder<SharedBackup> order = SortKeys.Sharings(
                new Page(Limit: limit, Offset: offset, SortKey: key, SortDirection: descending ? "desc" : "asc")
            );
            SharedBackup[] expected = Sorted(all.Where(row => Matches(row, filter)), order, descending);

            Assert.Equal(
                expected.Skip(offset).Take(limit ?? int.MaxValue).Select(row => row.Id),
                (await core.Catalog.ReadAsync(s => s.Sharings.ListAsync(filter, order), default)).Select(row => row.Id)
            );
            Assert.Equal(expected.Length, await core.Catalog.ReadAsync(s => s.Sharings.CountAsync(filter), default));
            found += expected.Length;
        }
        Assert.True(found > 100);
    }

    [Fact]
    public async Task A_row_comes_with_its_backup_and_its_repository()
    {
        SharedBackup one = all[0];
        await core.Catalog.WriteAsync(
            session => session.Repositories.AddAsync(one.Backup.ProjectId, "a repository", Rows.Start),
            default
        );
        SharingFilter filter = new() { BackupId = one.Backup.Id, Now = Rows.Start.AddDays(-1) };
        IReadOnlyList<SharedBackup> rows = await core.Catalog.ReadAsync(
            session => session.Sharings.ListAsync(filter, SortKeys.Sharings(new Page())),
            default
        );
        Assert.All(rows, row => Assert.Equal((one.Backup, "a repository"), (row.Backup, row.RepositoryId)));
        Assert.Contains(one.Sharing, rows.Select(row => row.Sharing));
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "backup_id")]
    [InlineData(true, "status")]
    [InlineData(false, "name")]
    [InlineData(false, "backup_id")]
    [InlineData(false, "to_project_id")]
    public async Task A_projects_sharings_are_found_among_all_others_by_their_index(bool received, string by)
    {
        SharingFilter filter = new()
        {
            FromProjectId = received ? null : "p",
            ToProjectId =
                received ? "p"
                : by == "to_project_id" ? "q"
                : null,
            State = received ? SharingState.Accepted : null,
            BackupId = by == "backup_id" ? "b" : null,
            Status = by == "status" ? "available" : null,
            NamePart = by == "name" ? "x" : null,
            Now = Rows.Start,
        };
        string found = (received, by) switch
        {
            (true, "backup_id") => "(backup_id=? AND to_project_id=?)",
            (true, _) => "USING INDEX sharings_received (to_project_id=?)",
            (false, "backup_id") => "USING INDEX sharings_given_of (from_project_id=? AND backup_id=?)",
            (false, "to_project_id") => "USING INDEX sharings_between (from_project_id=? AND to_project_id=?)",
            (false, _) => " (from_project_id=?)",
        };
        foreach (string[] steps in new[] { await StepsAsync(List), await StepsAsync(Count) })
        {
            Assert.All(steps, step => Assert.DoesNotContain("SCAN", step, StringComparison.Ordinal));
            Assert.Contains(steps, step => step.Contains(found, StringComparison.Ordinal));
        }

        Task List(ICatalogSession session) =>
            session.Sharings.ListAsync(filter, SortKeys.Sharings(new Page(Limit: 100)));

        Task Count(ICatalogSession session) => session.Sharings.CountAsync(filter);
    }

    [Theory]
    [InlineData("p", null, null)]
    [InlineData(null, "p", null)]
    [InlineData("p", "q", null)]
    [InlineData("p", null, "b")]
    public async Task A_page_by_time_is_read_in_order_and_no_backup_is_looked_up(
        string? from,
        string? to,
        string? backup
    )
    {
        SharingFilter filter = new()
        {
            FromProjectId = from,
            ToProjectId = to,
            BackupId = backup,
            Now = Rows.Start,
        };
        string step = Assert.Single(
            await StepsAsync(session => session.Sharings.ListAsync(filter, SortKeys.Sharings(new Page(Limit: 100))))
        );
        Assert.StartsWith("SEARCH s USING INDEX sharings_", step, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_project_has_given_is_what_is_not_over()
    {
        string project = all[0].Sharing.FromProjectId;
        DateTimeOffset now = Rows.Start.AddMinutes(1);
        IReadOnlyList<Sharing> given = await core.Catalog.ReadAsync(
            s => s.Sharings.GivenByAsync(project, now),
            default
        );
        Assert.Equal(
            all.Select(row => row.Sharing)
                .Where(row => row.FromProjectId == project && (row.ExpiresAt is not { } end || end > now))
                .Select(row => row.Id)
                .Order(),
            given.Select(row => row.Id).Order()
        );
        Assert.Contains(all, row => row.Sharing.ExpiresAt <= now);
    }

    [Fact]
    public async Task Whether_a_project_may_use_a_backup_is_one_look()
    {
        string step = Assert.Single(
            await StepsAsync(session => session.Sharings.FindUsableAsync("b", "p", Rows.Start))
        );
        Assert.EndsWith("(backup_id=? AND to_project_id=?)", step, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Which_are_over_is_asked_of_those_that_end() =>
        Assert.StartsWith(
            "SEARCH sharings USING INDEX sharings_by_expiry ",
            Assert.Single(await StepsAsync(session => session.Sharings.ExpiredAsync(Rows.Start, 9))),
            StringComparison.Ordinal
        );

    private async Task<string[]> StepsAsync(Func<ICatalogSession, Task> query) =>
        [.. (await core.Catalog.ExplainAsync(query)).Select(step => step.Detail)];

    private SharingFilter Filter(Random random) =>
        new()
        {
            FromProjectId = Maybe(random, Projects),
            ToProjectId = Maybe(random, Projects),
            State = Maybe(random, [SharingState.Accepted, SharingState.Pending]),
            BackupId = random.Next(6) == 0 ? $"b{random.Next(Backups)}" : null,
            SourceId = Maybe(random, ["s0", "s1", "s2"]),
            NamePart = Maybe(random, ["ight", "IGHT", "%", "_", "a_", "ö", "x", " "]),
            Status = Maybe(random, Statuses),
            AvailabilityZones = random.Next(4) switch
            {
                0 => [Any(random, Zones)],
                1 => Zones,
                _ => [],
            },
            Now = Rows.Start.AddMinutes(random.Next(-1, 4)),
        };

    private static bool Matches(SharedBackup row, SharingFilter filter) =>
        (filter.FromProjectId ?? row.Sharing.FromProjectId) == row.Sharing.FromProjectId
        && (filter.ToProjectId ?? row.Sharing.ToProjectId) == row.Sharing.ToProjectId
        && (filter.State ?? row.Sharing.State) == row.Sharing.State
        && (filter.BackupId ?? row.Backup.Id) == row.Backup.Id
        && (filter.SourceId ?? row.Backup.SourceId) == row.Backup.SourceId
        && (filter.Status ?? row.Backup.Status) == row.Backup.Status
        && filter.AvailabilityZones.All(zone => zone == row.Backup.AvailabilityZone)
        && (row.Sharing.ExpiresAt is not { } end || end > filter.Now)
        && (
            filter.NamePart is not { } part
            || row.Backup.Name?.Contains(part, StringComparison.OrdinalIgnoreCase) == true
        );

    private static SharedBackup[] Sorted(IEnumerable<SharedBackup> rows, RowOrder<SharedBackup> order, bool descending)
    {
        IEnumerable<SharedBackup> sorted = rows.OrderBy(
                row => order.Column.Value(row),
                Comparer<object>.Create(Compare)
            )
            .ThenBy(row => row.Id, StringComparer.Ordinal);
        return [.. descending ? sorted.Reverse() : sorted];
    }

    private static int Compare(object one, object other) =>
        one is string text ? string.CompareOrdinal(text, (string)other) : Comparer<object>.Default.Compare(one, other);

    private static string Any(Random random, string[] of) => of[random.Next(of.Length)];

    private static string? Maybe(Random random, string[] of) => random.Next(3) == 0 ? Any(random, of) : null;
}
