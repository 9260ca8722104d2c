using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Workers;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>The loop itself: woken by what is queued, beating while it works, and giving back what it cannot finish.</summary>
public sealed class WorkerServiceTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync(options => options with { Lease = TimeSpan.FromMilliseconds(300) });
        share = await core.ShareAsync();
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task What_is_queued_is_done_without_waiting_for_the_poll()
    {
        using CancellationTokenSource stop = new();
        Task running = core.Get<WorkerService>().RunAsync(stop.Token);
        Backup made = await core.CreateAsync(share);
        await StatusAsync(made, BackupStatus.Available);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_node_that_stops_gives_its_work_back()
    {
        core.Hold.Hold(Rows.Project);
        using CancellationTokenSource stop = new();
        Task running = core.Get<WorkerService>().RunAsync(stop.Token);
        Backup made = await core.CreateAsync(share);
        await core.Hold.Held;
        await stop.CancelAsync();
        await running;
        Operation left = Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.CreateBackup);
        Assert.Equal((2, 1), (left.Epoch, left.Attempts));
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(made.Id))!.Status);
    }

    [Fact]
    public async Task A_running_operation_is_cancelled_at_its_heartbeat()
    {
        core.Hold.Hold(Rows.Project);
        using CancellationTokenSource stop = new();
        Task running = core.Get<WorkerService>().RunAsync(stop.Token);
        Backup made = await core.CreateAsync(share);
        await core.Hold.Held;
        Operation operation = Assert.Single(await core.LiveAsync(made));
        Assert.NotNull(await core.Queue.CancelAsync(operation.Id, default));
        await StatusAsync(made, BackupStatus.Error);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_worker_whose_operation_was_reset_stops_and_lets_go_of_the_share()
    {
        core.Hold.Hold(Rows.Project);
        using CancellationTokenSource stop = new();
        Task running = core.Get<WorkerService>().RunAsync(stop.Token);
        Backup made = await core.CreateAsync(share);
        await core.Hold.Held;
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, made.Id, "error", default);
        core.Hold.Release();
        Backup next = await core.CreateAsync(share);
        await StatusAsync(next, BackupStatus.Available);
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(made.Id))!.Status);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_catalog_that_cannot_be_written_at_the_start_is_waited_for()
    {
        Backup made = await core.CreateAsync(share);
        Assert.NotNull(await core.Queue.ClaimAsync(new("node1", ["local"], [OperationKind.CreateBackup]), default));
        FaultyCatalog full = new(core.Catalog);
        full.FailWrites(2);
        OperationQueue queue = new(full, core.Time, core.Options.Lease, core.Get<WakeSignal>());
        using CancellationTokenSource stop = new();
        Task running = core.Workers(queue, core.Options with { PollInterval = TimeSpan.FromMilliseconds(1) })
            .RunAsync(stop.Token);
        await StatusAsync(made, BackupStatus.Available);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_the_last_process_of_a_node_left_is_left_to_its_lease_where_that_may_live()
    {
        Share another = await core.ShareAsync();
        Backup left = await core.CreateAsync(share);
        Operation claimed = (
            await core.Queue.ClaimAsync(new("node1", ["local"], [OperationKind.CreateBackup]), default)
        )!;
        using CancellationTokenSource stop = new();
        Task running = core.Workers(core.Queue, core.Options with { Postgres = "Host=elsewhere" }).RunAsync(stop.Token);
        Backup other = await core.CreateAsync(another);
        await StatusAsync(other, BackupStatus.Available);
        Operation row = Assert.Single(await core.LiveAsync(left));
        Assert.Equal((OperationStatus.Running, claimed.Epoch), (row.Status, row.Epoch));

        await core.ExpireAsync();
        await StatusAsync(left, BackupStatus.Available);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task An_export_waits_for_no_other_kind()
    {
        Backup old = await core.BackUpAsync(share);
        Share other = await core.ShareAsync();
        core.Hold.Hold(Rows.Project);
        using CancellationTokenSource stop = new();
        Task running = core.Workers(core.Queue, core.Options with { Concurrency = 1 }).RunAsync(stop.Token);
        // One hangs in the lane of all kinds, one in that of the short ones.
        Backup held = await core.CreateAsync(other);
        await RunningAsync(OperationKind.CreateBackup);
        await core.Backups.DeleteAsync(WorkerFixture.Member, old.Id, default);
        await RunningAsync(OperationKind.DeleteBackup);
        await core.Backups.UpdateAsync(WorkerFixture.Member, held.Id, new(true, "renamed", false, null), default);
        await Eventually.HoldsAsync(
            "export",
            async () => (await core.QueuedAsync()).All(one => one.Kind != OperationKind.ExportProject)
        );
        core.Hold.Release();
        await StatusAsync(held, BackupStatus.Available);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_restore_waits_for_no_backup()
    {
        Backup old = await core.BackUpAsync(share);
        await PassesAHangingBackupAsync(
            () => core.Backups.RestoreAsync(WorkerFixture.Member, old.Id, null, false, default),
            "restore",
            async () => (await core.Catalog.ShareAsync(share.Id))!.Status == ShareStatus.Available
        );
    }

    [Fact]
    public Task Upkeep_waits_for_no_backup() =>
        PassesAHangingBackupAsync(
            () => core.Shares.DeleteAsync(WorkerFixture.Member, share.Id, default),
            "a reap",
            async () =>
                await core.Catalog.ShareAsync(share.Id) is null
                && !Directory.EnumerateFileSystemEntries(core.Directory["shares/trash"]).Any()
        );

    private async Task PassesAHangingBackupAsync(Func<Task> ask, string what, Func<Task<bool>> isDone)
    {
        Share other = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Combine(core.PathOf(other), "file"), "new");
        // It hangs at its first pack, and has the only slot; what passes it writes none.
        core.Hold.Hold($"{Rows.Project}/data");
        using CancellationTokenSource stop = new();
        Task running = core.Workers(core.Queue, core.Options with { Concurrency = 1 }).RunAsync(stop.Token);
        Backup held = await core.CreateAsync(other);
        await core.Hold.Held;
        await ask();
        await Eventually.HoldsAsync(what, isDone);
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(held.Id))!.Status);
        core.Hold.Release();
        await StatusAsync(held, BackupStatus.Available);
        await stop.CancelAsync();
        await running;
    }

    private Task RunningAsync(string kind) =>
        Eventually.HoldsAsync(
            kind,
            async () =>
                await core.Catalog.ReadAsync(session => session.Operations.RunningOnAsync("node1"), default) is { } rows
                && rows.Any(row => row.Kind == kind)
        );

    private Task StatusAsync(Backup backup, string status) =>
        Eventually.HoldsAsync(
            $"backup {status}",
            async () => (await core.Catalog.BackupAsync(backup.Id))!.Status == status
        );
}
