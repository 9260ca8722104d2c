using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Holdfast.Tests.Core.Catalog.Postgres;
using Xunit;

namespace Holdfast.Tests.Core.Operations;

public class OperationQueueTests : IAsyncLifetime
{
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() =>
        core = await CoreFixture.MakeAsync(await OpenAsync(), Rows.Share("s1"), Rows.Share("s2"));

    /// <summary>An empty catalog; null is the embedded one.</summary>
    protected virtual Task<ICatalog?> OpenAsync() => Task.FromResult<ICatalog?>(null);

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Of_many_who_claim_at_once_each_gets_another()
    {
        const int count = 60;
        for (int n = 0; n < count; n++)
        {
            await AddAsync(OperationKind.ExportProject);
        }
        List<Operation>[] claimed = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async node =>
                {
                    List<Operation> own = [];
                    while (await core.ClaimAsync($"n{node}") is { } operation)
                    {
                        own.Add(operation);
                    }
                    return own;
                })
        );
        // One who finds that others have locked what is left goes away; whoever locked it has it.
        Operation[] all = [.. claimed.SelectMany(own => own)];
        Assert.Equal(count, all.Length);
        Assert.Equal(count, all.Select(one => one.Id).Distinct().Count());
        Assert.All(all, one => Assert.Equal((OperationStatus.Running, 1), (one.Status, one.Attempts)));
    }

    [Fact]
    public async Task People_come_first_and_maintenance_last()
    {
        string[] kinds =
        [
            OperationKind.Prune,
            OperationKind.CreateBackup,
            OperationKind.DeleteBackup,
            OperationKind.ExportProject,
            OperationKind.RestoreBackup,
        ];
        foreach (string kind in kinds)
        {
            await AddAsync(kind);
        }
        List<string> claimed = [];
        while (await core.ClaimAsync() is { } operation)
        {
            claimed.Add(operation.Kind);
        }
        Assert.Equal(kinds.Reverse(), claimed);
    }

    [Fact]
    public async Task Of_equals_the_oldest_is_first()
    {
        Operation first = await AddAsync(OperationKind.CreateBackup);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await AddAsync(OperationKind.CreateBackup);
        Assert.Equal(first.Id, (await core.ClaimAsync())!.Id);
    }

    [Fact]
    public async Task What_a_node_that_stops_gives_back_keeps_its_place()
    {
        Operation first = await AddAsync(OperationKind.CreateBackup);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        await AddAsync(OperationKind.CreateBackup);
        Operation claimed = (await core.ClaimAsync())!;
        Assert.Equal(first.Id, claimed.Id);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await core.Queue.ReturnAsync(claimed, default));
        Assert.Equal(first.Id, (await core.ClaimAsync("node2"))!.Id);
    }

    [Fact]
    public async Task Only_a_node_with_the_root_claims()
    {
        await AddAsync(OperationKind.CreateBackup, operation => operation with { Root = "fast" });
        Assert.Null(await core.ClaimAsync("node1", "local"));
        Assert.NotNull(await core.ClaimAsync("node2", "local", "fast"));
    }

    [Fact]
    public async Task An_operation_in_its_grace_is_not_claimed()
    {
        await AddAsync(
            OperationKind.CreateBackup,
            operation => operation with { NotBefore = operation.NotBefore.AddSeconds(2) }
        );
        Assert.Null(await core.ClaimAsync());
        core.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(await core.ClaimAsync());
    }

    [Fact]
    public async Task What_was_queued_by_a_clock_that_has_been_set_back_since_is_claimed()
    {
        core.Time.Advance(TimeSpan.FromHours(3));
        await AddAsync(OperationKind.CreateBackup);
        core.Time.Advance(TimeSpan.FromHours(-3));
        Assert.NotNull(await core.ClaimAsync());
    }

    [Fact]
    public async Task A_claim_is_one_workers()
    {
        await AddAsync(OperationKind.CreateBackup);
        Operation?[] claims = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => Task.Run(() => core.ClaimAsync($"node{n}")))
        );
        Assert.Single(claims, claim => claim is not null);
    }

    [Fact]
    public async Task A_process_claims_nothing_once_another_has_its_nodes_name()
    {
        NodeRole role = new()
        {
            Node = "node1",
            Role = "worker",
            AvailabilityZone = "nova",
            Roots = new TextList(["local"]),
            StartedAt = Rows.Start,
            SeenAt = Rows.Start,
        };
        await core.Catalog.WriteAsync(session => session.Nodes.SeenAsync(role, "first"), default);
        await AddAsync(OperationKind.CreateBackup);
        await AddAsync(OperationKind.CreateBackup);
        Assert.NotNull(await ClaimAsync("first"));
        await core.Catalog.WriteAsync(session => session.Nodes.TakeAsync("node1", "second"), default);
        Assert.Null(await ClaimAsync("first"));
        Assert.NotNull(await ClaimAsync("second"));

        Task<Operation?> ClaimAsync(string process) =>
            core.Queue.ClaimAsync(new("node1", ["local"], [OperationKind.CreateBackup], process), default);
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_claim_and_shows_progress()
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1", BackupStatus.Creating));
        await AddAsync(OperationKind.CreateBackup, operation => operation with { BackupId = "b1" });
        Operation claimed = (await core.ClaimAsync())!;
        core.Time.Advance(core.Options.Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(Beat.Held, await core.Queue.BeatAsync(claimed with { Done = 1, Total = 3 }, default));
        Assert.Equal(33, (await core.Catalog.BackupAsync("b1"))!.Progress);
        core.Time.Advance(core.Options.Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await core.Queue.RecoverExpiredAsync(default));
        Assert.Equal(Beat.Held, await core.Queue.BeatAsync(claimed with { Done = 3, Total = 3 }, default));
        Assert.Equal(99, (await core.Catalog.BackupAsync("b1"))!.Progress);
    }

    [Fact]
    public async Task A_claim_not_heard_of_for_a_lease_is_over()
    {
        await AddAsync(OperationKind.CreateBackup);
        Operation first = (await core.ClaimAsync())!;
        core.Time.Advance(core.Options.Lease);
        Assert.Equal(1, await core.Queue.RecoverExpiredAsync(default));
        Assert.Equal(Beat.Over, await core.Queue.BeatAsync(first, default));
        Operation second = (await core.ClaimAsync("node2"))!;
        Assert.Equal((first.Id, first.Epoch + 1, 2), (second.Id, second.Epoch, second.Attempts));
    }

    [Fact]
    public async Task An_operation_that_loses_its_worker_each_time_is_given_up()
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        TimeSpan rested = TimeSpan.Zero;
        for (int lost = 1; lost < OperationQueue.MostLostClaims; lost++)
        {
            await LoseAsync();
            Operation again = Assert.Single(await core.QueuedAsync());
            Assert.Equal(lost, again.LostClaims);
            // The first time in the place that it had, then later and later.
            TimeSpan rest = again.NotBefore - core.Time.GetUtcNow();
            Assert.True(lost == 1 ? again.NotBefore == again.CreatedAt : rest > rested);
            rested = rest;
        }
        await LoseAsync();
        AssertReapAlone(await core.QueuedAsync());
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
        Message told = Assert.Single(await core.Catalog.MessagesAsync(backup.Id));
        Assert.Equal((MessageLevel.Error, "req-1", Rows.Project), (told.MessageLevel, told.RequestId, told.ProjectId));
        Assert.StartsWith("create: The service died 10 times in a row", told.UserMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_a_worker_was_lost_is_said_without_its_name()
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        await LoseAsync();
        const string said = "The worker was lost; beginning again.";
        Assert.Equal(said, Assert.Single(await core.QueuedAsync()).Message);
        Assert.Equal(said, (await core.Catalog.BackupAsync(backup.Id))!.FailReason);
    }

    [Theory]
    [InlineData(true, BackupStatus.Available)]
    [InlineData(false, BackupStatus.Error)]
    // An earlier delete may have removed what it names.
    [InlineData(true, BackupStatus.ErrorDeleting)]
    public async Task A_backup_whose_delete_nobody_began_is_what_it_was(bool whole, string status)
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1", BackupStatus.Creating));
        if (whole)
        {
            BackupCommit commit = new(new string('a', 64), "live", 0, null, core.Time.Now(), false, null);
            await core.Catalog.WriteAsync(s => s.Backups.CommitAsync("b1", commit, core.Time.Now()), default);
        }
        await core.Catalog.WriteAsync(s => s.Backups.SetStatusAsync("b1", null, status, core.Time.Now()), default);
        await core.Backups.DeleteAsync(CoreFixture.Member, "b1", default);
        await CancelOnlyAsync();
        Backup left = (await core.Catalog.BackupAsync("b1"))!;
        Assert.Equal((status, null), (left.Status, left.FailReason));
    }

    [Theory]
    [InlineData(ShareStatus.Available, ShareStatus.Available)]
    [InlineData(ShareStatus.BackupRestoringError, ShareStatus.BackupRestoringError)]
    // Deleted by force in the middle of work, which is over: nothing would end that status.
    [InlineData(ShareStatus.BackupRestoring, ShareStatus.ErrorDeleting)]
    public async Task A_share_whose_delete_nobody_began_is_what_it_was(string before, string after)
    {
        await core.Catalog.WriteAsync(s => s.Shares.SetStatusAsync("s1", null, before, core.Time.Now()), default);
        await core.Shares.ForceDeleteAsync(CoreFixture.Admin, "s1", default);
        await CancelOnlyAsync();
        Assert.Equal(after, (await core.Catalog.ShareAsync("s1"))!.Status);
    }

    private async Task CancelOnlyAsync() =>
        Assert.NotNull(await core.Queue.CancelAsync(Assert.Single(await core.QueuedAsync()).Id, default));

    [Fact]
    public async Task Only_claims_lost_in_a_row_count()
    {
        await AddAsync(OperationKind.CreateBackup, operation => operation with { ShareId = "s1", BackupId = "b1" });
        for (int round = 0; round < 3; round++)
        {
            for (int lost = 1; lost < OperationQueue.MostLostClaims; lost++)
            {
                await LoseAsync();
            }
            // A node that stops says so: that is no loss, and no sign of health either.
            core.Time.Advance(TimeSpan.FromMinutes(5));
            Assert.True(await core.Queue.ReturnAsync((await core.ClaimAsync())!, default));
            Assert.Equal(OperationQueue.MostLostClaims - 1, Assert.Single(await core.QueuedAsync()).LostClaims);
            // One that failed for a reason of its own has come to an end.
            Assert.True(await core.Queue.RequeueAsync((await core.ClaimAsync())!, "the store is away", default));
            Assert.Equal(0, Assert.Single(await core.QueuedAsync()).LostClaims);
        }
    }

    [Fact]
    public async Task Upkeep_that_is_given_up_is_told_to_nobody()
    {
        await AddAsync(OperationKind.Prune);
        for (int lost = 0; lost < OperationQueue.MostLostClaims; lost++)
        {
            await LoseAsync();
        }
        Assert.Empty(await core.QueuedAsync());
        Assert.Equal(0, await MessageCountAsync());
    }

    [Fact]
    public async Task What_an_operation_waits_for_is_told_once_and_not_at_the_first_try()
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1", BackupStatus.Creating));
        await AddAsync(OperationKind.CreateBackup, operation => operation with { ShareId = "s1", BackupId = "b1" });
        foreach (int expected in (int[])[0, 0, 1, 1, 1])
        {
            core.Time.Advance(TimeSpan.FromMinutes(5));
            Assert.True(await core.Queue.RequeueAsync((await core.ClaimAsync())!, "The store is away.", default));
            Assert.Equal(expected, await MessageCountAsync());
        }
        core.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await core.Queue.RequeueAsync((await core.ClaimAsync())!, "The store is full.", default));
        IReadOnlyList<Message> told = await core.Catalog.MessagesAsync("b1");
        Assert.Equal(["create: The store is away.", "create: The store is full."], told.Select(one => one.UserMessage));
        Assert.All(told, one => Assert.Equal(MessageDetail.Waiting, one.DetailId));
    }

    /// <summary>A worker claims what is queued, and is not heard of again.</summary>
    private async Task LoseAsync()
    {
        core.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.NotNull(await core.ClaimAsync());
        core.Time.Advance(core.Options.Lease);
        Assert.Equal(1, await core.Queue.RecoverExpiredAsync(default));
    }

    private Task<int> MessageCountAsync() =>
        core.Catalog.ReadAsync(session => session.ScalarAsync<int>("SELECT count(*) FROM messages"), default);

    [Fact]
    public async Task A_failed_attempt_rests_longer_each_time_up_to_five_minutes()
    {
        await AddAsync(OperationKind.CreateBackup);
        foreach (int seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        {
            Operation claimed = (await core.ClaimAsync())!;
            Assert.True(await core.Queue.RequeueAsync(claimed, "the store is away", default));
            Operation waiting = Assert.Single(await core.QueuedAsync());
            Assert.Equal(TimeSpan.FromSeconds(seconds), waiting.NotBefore - core.Time.GetUtcNow());
            Assert.Equal("the store is away", waiting.Message);
            Assert.Null(await core.ClaimAsync());
            core.Time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task A_queued_operation_is_cancelled_at_once()
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Operation? cancelled = await core.Queue.CancelAsync(Assert.Single(await core.QueuedAsync()).Id, default);
        Assert.Equal(
            (OperationStatus.Cancelled, "Cancelled before it began."),
            (cancelled?.Status, cancelled?.Message)
        );
        Assert.Null(await core.ClaimAsync());
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
    }

    [Fact]
    public async Task The_worker_of_a_running_operation_is_asked_to_stop()
    {
        await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Operation claimed = (await core.ClaimAsync())!;
        Operation? asked = await core.Queue.CancelAsync(claimed.Id, default);
        Assert.Equal((OperationStatus.Running, true), (asked?.Status, asked?.CancelRequested));
        Assert.Equal(Beat.CancelRequested, await core.Queue.BeatAsync(claimed, default));
        Assert.True(await core.Queue.FailAsync(claimed, OperationStatus.Cancelled, "Cancelled.", default));
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
        Assert.Null(await core.Queue.CancelAsync(claimed.Id, default));
        Assert.Null(await core.Queue.CancelAsync("none", default));
    }

    [Theory]
    [InlineData("fails for now")]
    [InlineData("stops")]
    [InlineData("is lost")]
    public async Task What_was_to_stop_does_not_begin_again_when_its_worker(string way)
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Operation claimed = (await core.ClaimAsync())!;
        await core.Queue.CancelAsync(claimed.Id, default);
        core.Time.Advance(core.Queue.Lease);
        switch (way)
        {
            case "fails for now":
                Assert.True(await core.Queue.RequeueAsync(claimed, "the store is away", default));
                break;
            case "stops":
                Assert.True(await core.Queue.ReturnAsync(claimed, default));
                break;
            default:
                Assert.Equal(1, await core.Queue.RecoverExpiredAsync(default));
                break;
        }
        AssertReapAlone(await core.QueuedAsync());
        Backup left = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((BackupStatus.Error, "Cancelled."), (left.Status, left.FailReason));
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
    }

    [Fact]
    public async Task A_status_that_an_administrator_set_without_operation_is_left_alone()
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1"));
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, "b1", "creating", default);
        core.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await core.Queue.RecoverExpiredAsync(default));
        Assert.Equal(0, await core.Queue.RecoverNodeAsync("node1", default));
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync("b1"))!.Status);
    }

    [Fact]
    public async Task What_was_queued_wakes_the_worker()
    {
        Task woken = core.Wake.Next;
        await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Assert.True(woken.IsCompleted);
        Assert.False(core.Wake.Next.IsCompleted);
    }

    private async Task<Operation> AddAsync(string kind, Func<Operation, Operation>? change = null)
    {
        Operation operation = NewOperation.Of(kind, CoreFixture.Member, core.Time.GetUtcNow());
        operation = change?.Invoke(operation) ?? operation;
        await core.Catalog.WriteAsync(session => session.Operations.AddAsync(operation), default);
        return operation;
    }

    /// <summary>What a backup that began may have left is a reap's to look for, and nothing else is to be done.</summary>
    private static void AssertReapAlone(IReadOnlyList<Operation> queued) =>
        Assert.All(queued, operation => Assert.Equal(OperationKind.Reap, operation.Kind));
}

public sealed class PostgresOperationQueueTests(PostgresFixture postgres)
    : OperationQueueTests,
        IClassFixture<PostgresFixture>
{
    protected override async Task<ICatalog?> OpenAsync() => await postgres.NewCatalogAsync();
}
