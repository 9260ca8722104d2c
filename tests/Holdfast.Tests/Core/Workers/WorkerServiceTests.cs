using Holdfast.Core;
using Holdfast.Core.Model;
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
        Assert.True(await core.Queue.CancelAsync(operation.Id, default));
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

    private Task StatusAsync(Backup backup, string status) =>
        Eventually.HoldsAsync(
            $"backup {status}",
            async () => (await core.Catalog.BackupAsync(backup.Id))!.Status == status
        );
}
