using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Testing.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Scheduling;

public sealed class SchedulerTests : IAsyncLifetime
{
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        await AnnounceAsync("local");
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task One_node_schedules_until_its_lease_runs_out()
    {
        Scheduler first = Scheduler("node1");
        Scheduler second = Scheduler("node2");
        await first.TickAsync(default);
        await LoseWorkerAsync();
        await second.TickAsync(default);
        Assert.Equal(OperationStatus.Running, await StatusAsync());

        core.Time.Advance(core.Options.Lease);
        await second.TickAsync(default);
        Assert.Equal(OperationStatus.Queued, await StatusAsync());
        await first.TickAsync(default);
        Assert.Equal("node2", await HolderAsync());
    }

    [Fact]
    public async Task Maintenance_is_queued_once_a_day()
    {
        await AddRepositoryAsync();
        Scheduler scheduler = Scheduler("node1");
        await scheduler.TickAsync(default);
        // Of the whole installation, of the root, of the project.
        Assert.Equal(["reap", "reap", "reap"], await QueuedKindsAsync());
        core.Time.Advance(TimeSpan.FromHours(23));
        await scheduler.TickAsync(default);
        Assert.Equal(3, (await QueuedKindsAsync()).Count);
        await FinishAsync();
        core.Time.Advance(TimeSpan.FromHours(2));
        await AnnounceAsync("local");
        await scheduler.TickAsync(default);
        Assert.Equal(["reap", "reap", "reap"], await QueuedKindsAsync());
    }

    [Fact]
    public async Task A_sharing_whose_time_is_over_is_ended()
    {
        await AddRepositoryAsync();
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1") with { SnapshotId = new string('a', 64) });
        DateTimeOffset end = core.Time.GetUtcNow().AddHours(1);
        await core.Sharings.ShareAsync(CoreFixture.Member, new("b1", [Rows.Stranger], ExpiresAt: end), default);
        await FinishAsync();
        Scheduler scheduler = Scheduler("node1");
        await scheduler.TickAsync(default);
        Assert.Single(await SharingsAsync());

        core.Time.Advance(TimeSpan.FromHours(1));
        await scheduler.TickAsync(default);
        Assert.Empty(await SharingsAsync());
        AuditEntry told = (await core.Catalog.AuditAsync())[^1];
        Assert.Equal(
            ("sharing.expire", "service", Rows.Project, "b1"),
            (told.Action, told.Actor, told.ProjectId, told.BackupId)
        );
        Assert.Contains("export_project", await QueuedKindsAsync());

        Task<IReadOnlyList<Sharing>> SharingsAsync() =>
            core.Catalog.ReadAsync(session => session.Sharings.OfBackupAsync("b1"), default);
    }

    [Fact]
    public async Task Many_sharings_whose_time_is_over_are_ended_a_few_at_a_time()
    {
        const int Over = (2 * Maintenance.SharingsAtOnce) + 1;
        for (int n = 0; n * 10 < Over; n++)
        {
            Backup backup = Rows.Backup($"b{n}", "s1");
            await core.Catalog.AddBackupsAsync(backup);
            await core.Catalog.WriteAsync(
                async session =>
                {
                    for (int i = n * 10; i < Math.Min(Over, (n + 1) * 10); i++)
                    {
                        await session.Sharings.AddAsync(
                            Rows.Sharing($"{i}", backup, $"{i:x31}a") with
                            {
                                ExpiresAt = core.Time.GetUtcNow(),
                            }
                        );
                    }
                },
                default
            );
        }
        Telling catalog = new(core.Catalog);
        OverdueSources overdue = new(catalog, core.Time);
        await new Maintenance(catalog, core.Queue, overdue, core.Options, core.Time, new WakeSignal()).QueueDueAsync(
            default
        );
        Assert.Equal(
            [Maintenance.SharingsAtOnce, Maintenance.SharingsAtOnce, 1],
            catalog.Entries.Where(entries => entries > 0)
        );
    }

    [Fact]
    public async Task A_share_leaves_the_recycle_bin_when_its_time_is_over_unless_it_was_restored()
    {
        await core.Catalog.AddSharesAsync(Rows.Share("s2"), Rows.Share("s3"));
        await core.RecycleBin.SoftDeleteAsync(CoreFixture.Member, "s1", default);
        await core.RecycleBin.SoftDeleteAsync(CoreFixture.Member, "s2", default);
        await core.RecycleBin.RestoreAsync(CoreFixture.Member, "s2", default);
        Scheduler scheduler = Scheduler("node1");
        core.Time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(11));
        await scheduler.TickAsync(default);
        Assert.DoesNotContain("delete_share", await QueuedKindsAsync());
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);

        core.Time.Advance(TimeSpan.FromMinutes(11));
        await scheduler.TickAsync(default);
        Operation removal = Assert.Single(await core.QueuedAsync(), row => row.Kind == OperationKind.DeleteShare);
        Assert.Equal(("s1", Rows.Project, "local"), (removal.ShareId, removal.ProjectId, removal.Root));
        Assert.Equal(ShareStatus.Deleting, (await core.Catalog.ShareAsync("s1"))!.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s2"))!.Status);
        core.Time.Advance(TimeSpan.FromMinutes(11));
        await scheduler.TickAsync(default);
        Assert.Single(await core.QueuedAsync(), row => row.Kind == OperationKind.DeleteShare);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Maintenance_that_has_not_ended_is_not_queued_again(bool running)
    {
        await AddRepositoryAsync();
        await core.Catalog.WriteAsync(session => session.Repositories.CountFreedAsync(Rows.Project), default);
        Scheduler scheduler = Scheduler("node1");
        await scheduler.TickAsync(default);
        IReadOnlyList<Operation> first = await core.QueuedAsync();
        Assert.Equal(4, first.Count);
        while (running && await core.ClaimAsync() is not null) { }
        core.Time.Advance(TimeSpan.FromDays(2));
        // What ran is queued again, as its worker was lost; nothing is added.
        await scheduler.TickAsync(default);
        Assert.Equal(first.Select(one => one.Id).Order(), (await core.QueuedAsync()).Select(one => one.Id).Order());
    }

    [Fact]
    public async Task A_catalog_that_fails_at_the_end_is_no_fault()
    {
        FaultyCatalog full = new(core.Catalog);
        Scheduler scheduler = Scheduler("node1", full);
        await scheduler.TickAsync(default);
        full.FailWrites(int.MaxValue);
        await scheduler.RunAsync(new CancellationToken(canceled: true));
        Assert.Equal("node1", await HolderAsync());
    }

    [Fact]
    public async Task A_prune_is_queued_when_something_was_removed_and_once_a_week()
    {
        await AddRepositoryAsync();
        Scheduler scheduler = Scheduler("node1");
        await scheduler.TickAsync(default);
        Assert.DoesNotContain(OperationKind.Prune, await QueuedKindsAsync());

        await core.Catalog.WriteAsync(session => session.Repositories.CountFreedAsync(Rows.Project), default);
        core.Time.Advance(TimeSpan.FromMinutes(11));
        await scheduler.TickAsync(default);
        Assert.Single(await QueuedKindsAsync(), OperationKind.Prune);

        await core.Catalog.WriteAsync(
            session => session.Repositories.PrunedAsync(Rows.Project, 1, core.Time.Now()),
            default
        );
        await FinishAsync();
        core.Time.Advance(TimeSpan.FromDays(6));
        await scheduler.TickAsync(default);
        Assert.DoesNotContain(OperationKind.Prune, await QueuedKindsAsync());
        core.Time.Advance(TimeSpan.FromDays(1));
        await scheduler.TickAsync(default);
        Assert.Single(await QueuedKindsAsync(), OperationKind.Prune);
    }

    [Fact]
    public async Task A_root_is_reaped_because_a_worker_announces_it_whatever_the_schedulers_node_can_open()
    {
        Directory.Delete(core.Directory["shares"], recursive: true);
        await AnnounceAsync("elsewhere");
        await Scheduler("node1").TickAsync(default);
        Assert.Equal([null, "elsewhere"], (await core.QueuedAsync()).Select(one => one.Root).Order());
    }

    [Fact]
    public async Task What_was_claimed_while_the_scheduler_looked_is_not_said_to_wait()
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        await AnnounceAsync("elsewhere");
        RacingCatalog race = new(core.Catalog) { AfterRead = async () => Assert.NotNull(await core.ClaimAsync()) };
        await Scheduler("node1", race).TickAsync(default);
        Assert.Null(race.AfterRead);
        Assert.Equal(OperationStatus.Running, await StatusAsync());
        Assert.Null((await core.Catalog.BackupAsync(backup.Id))!.FailReason);
        Assert.Empty(await core.Catalog.MessagesAsync(backup.Id));
    }

    /// <summary>A worker that says now that it can use these roots alone.</summary>
    private async Task AnnounceAsync(params string[] roots)
    {
        NodeRole role = new()
        {
            Node = "node1",
            Role = NodePresence.Worker,
            AvailabilityZone = "nova",
            Roots = new TextList([.. roots]),
            StartedAt = core.Time.Now(),
            SeenAt = core.Time.Now(),
        };
        Assert.True(await core.Catalog.WriteAsync(session => session.Nodes.SeenAsync(role, "process"), default));
    }

    private Scheduler Scheduler(string node, ICatalog? catalog = null) =>
        new(
            catalog ?? core.Catalog,
            core.Queue,
            new Maintenance(
                core.Catalog,
                core.Queue,
                new OverdueSources(core.Catalog, core.Time),
                core.Options,
                core.Time,
                core.Wake
            ),
            new ScheduledBackups(
                core.Catalog,
                core.Options,
                core.Time,
                core.Wake,
                NullLogger<ScheduledBackups>.Instance
            ),
            core.Options with
            {
                Node = node,
            },
            core.Time,
            NullLogger<Scheduler>.Instance
        );

    /// <summary>All that is queued is done.</summary>
    private async Task FinishAsync()
    {
        while (await core.ClaimAsync() is { } claimed)
        {
            Assert.True(await core.Queue.SucceedAsync(claimed, (_, _) => Task.CompletedTask, default));
        }
    }

    private Task AddRepositoryAsync() =>
        core.Catalog.WriteAsync(session => session.Repositories.AddAsync(Rows.Project, "id", core.Time.Now()), default);

    /// <summary>A worker that is lost halfway through the scheduler's own lease.</summary>
    private async Task LoseWorkerAsync()
    {
        await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Operation? claimed = await core.Queue.ClaimAsync(
            new ClaimOffer("lost", ["local"], [OperationKind.CreateBackup]),
            default
        );
        Assert.NotNull(claimed);
    }

    private Task<string?> StatusAsync() =>
        core.Catalog.ReadAsync(
            session => session.ScalarAsync<string>("SELECT status FROM operations WHERE kind = 'create_backup'"),
            default
        );

    private Task<string?> HolderAsync() =>
        core.Catalog.ReadAsync(
            session => session.ScalarAsync<string>("SELECT holder FROM leases WHERE name = 'scheduler'"),
            default
        );

    private async Task<IReadOnlyList<string>> QueuedKindsAsync() =>
        [.. (await core.QueuedAsync()).Select(operation => operation.Kind)];

    /// <summary>Counts the entries that each transaction adds to the audit trail.</summary>
    private sealed class Telling(ICatalog inner) : ICatalog
    {
        public List<int> Entries { get; } = [];

        public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

        public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken) =>
            inner.SchemaAsync(cancellationToken);

        public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
            inner.ReadAsync(work, cancellationToken);

        public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
        {
            int before = (await inner.AuditAsync()).Count;
            T result = await inner.WriteAsync(work, cancellationToken);
            Entries.Add((await inner.AuditAsync()).Count - before);
            return result;
        }

        public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
            inner.ClaimAsync(work, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
