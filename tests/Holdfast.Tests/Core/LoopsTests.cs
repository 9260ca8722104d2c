using Holdfast.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core;

public sealed class LoopsTests
{
    [Fact]
    public async Task A_loop_at_fault_stops_the_others_and_is_told_of()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Loops.RunAsync(
                [UntilStoppedAsync, _ => Task.FromException(new InvalidOperationException("broken"))],
                NullLogger.Instance,
                default
            )
        );
        Assert.Equal("broken", error.Message);
    }

    [Fact]
    public async Task Loops_that_are_told_to_stop_end_well()
    {
        using CancellationTokenSource stop = new();
        Task running = Loops.RunAsync([UntilStoppedAsync, UntilStoppedAsync], NullLogger.Instance, stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running;
    }

    private static async Task UntilStoppedAsync(CancellationToken stopping) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
