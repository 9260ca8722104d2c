using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Telemetry;
using Holdfast.Core.Workers;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

public sealed class OperationRunTests : IDisposable
{
    private readonly Instruments instruments = new();

    public void Dispose() => instruments.Dispose();

    [Fact]
    public async Task Work_stops_when_its_lease_is_over_though_the_catalog_never_answers()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        await core.CreateAsync(await core.ShareAsync());
        Operation claimed = await core.ClaimAsync();
        SteppedTime time = new();
        Assert.Equal(time.GetUtcNow() + core.Options.Lease, claimed.LeaseUntil);
        FaultyCatalog catalog = new(core.Catalog);
        OperationQueue queue = new(catalog, time, core.Options.Lease, new WakeSignal());
        Endless work = new();
        catalog.Hang();
        Task running = new OperationRun(work, claimed, queue, time, NullLogger.Instance, instruments).RunAsync(default);

        await Eventually.HoldsAsync("heartbeat", () => StepAsync(catalog.Asked));
        Assert.False(work.Stopped.IsCompleted);
        await Eventually.HoldsAsync("the end of the work", () => StepAsync(work.Stopped));
        Assert.InRange(time.GetUtcNow(), claimed.LeaseUntil!.Value, DateTimeOffset.MaxValue);
        Assert.False(running.IsCompleted);

        catalog.Answer();
        await running;

        Task<bool> StepAsync(Task until)
        {
            if (!until.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }
            return Task.FromResult(until.IsCompleted);
        }
    }

    [Fact]
    public async Task Work_whose_lease_is_over_before_it_begins_is_not_begun()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        await core.CreateAsync(await core.ShareAsync());
        Operation claimed = await core.ClaimAsync();
        SteppedTime time = new();
        time.Advance(core.Options.Lease);
        OperationQueue queue = new(core.Catalog, time, core.Options.Lease, new WakeSignal());
        Endless work = new();

        await EndsAsync(
            new OperationRun(work, claimed, queue, time, NullLogger.Instance, instruments).RunAsync(default)
        );

        Assert.False(work.Begun);
        Operation left = Assert.Single(
            await core.Catalog.ReadAsync(session => session.Operations.ExpiredAsync(time.GetUtcNow()), default)
        );
        Assert.Equal((claimed.Id, claimed.Epoch), (left.Id, left.Epoch));
    }

    [Fact]
    public async Task Work_stops_without_another_wait_when_its_lease_ran_out_before_the_heartbeats_answer_was_seen()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        await core.CreateAsync(await core.ShareAsync());
        Operation claimed = await core.ClaimAsync();
        SteppedTime time = new();
        FaultyCatalog catalog = new(core.Catalog);
        OperationQueue queue = new(catalog, time, core.Options.Lease, new WakeSignal());
        Endless work = new();
        bool frozen = false;
        catalog.BeforeAnswer = () =>
        {
            time.Suspend(core.Options.Lease);
            frozen = true;
        };
        Task running = new OperationRun(work, claimed, queue, time, NullLogger.Instance, instruments).RunAsync(default);

        await Eventually.HoldsAsync(
            "a heartbeat",
            () =>
            {
                if (!frozen)
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                }
                return Task.FromResult(frozen);
            }
        );
        // The clock stands: a wait would never end.
        await EndsAsync(running);
    }

    private static Task EndsAsync(Task running) =>
        Eventually.HoldsAsync("the end of the run", () => Task.FromResult(running.IsCompleted));

    private sealed class Endless : IOperationHandler
    {
        private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopped => stopped.Task;

        public bool Begun { get; private set; }

        public string Kind => OperationKind.CreateBackup;

        public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
        {
            Begun = true;
            using CancellationTokenRegistration _ = cancellationToken.Register(stopped.SetResult);
            await stopped.Task;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
