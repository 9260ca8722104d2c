using Holdfast.Core;
using Holdfast.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core;

public sealed class LoopsTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly ServiceError Away = new(ServiceErrorKind.Unavailable, "away");

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

    [Fact]
    public async Task Who_does_not_answer_is_asked_less_and_less_often_until_there_is_an_answer()
    {
        // When it answers: at first, and after an outage of eight questions.
        bool[] answers = [true, false, false, false, false, false, false, false, false, true, false, true];
        EagerTime time = new();
        List<TimeSpan> asked = [];
        using CancellationTokenSource stop = new();
        await Loops.EveryAsync(Interval, AskAsync, time, stop.Token);

        TimeSpan[] rests = [.. asked.Zip(asked.Skip(1), (one, next) => next - one)];
        double[] due = [10, 1, 2, 4, 5, 5, 5, 5, 5, 10, 1];
        Assert.Equal(due.Length, rests.Length);
        Assert.All(
            rests.Zip(due),
            pair =>
            {
                double least = pair.Second == Interval.TotalSeconds ? pair.Second : pair.Second / 2;
                Assert.InRange(pair.First.TotalSeconds, least, pair.Second);
            }
        );

        Task AskAsync(CancellationToken cancellationToken)
        {
            bool answered = answers[asked.Count];
            asked.Add(time.Elapsed);
            if (asked.Count == answers.Length)
            {
                stop.Cancel();
            }
            return answered ? Task.CompletedTask : throw Away;
        }
    }

    [Fact]
    public async Task What_is_not_over_by_itself_ends_the_loop() =>
        await Assert.ThrowsAsync<ServiceError>(() =>
            Loops.EveryAsync(
                Interval,
                _ => throw ServiceError.Conflict("taken"),
                new EagerTime(),
                CancellationToken.None
            )
        );

    [Fact]
    public void Many_do_not_ask_at_the_same_moment() =>
        Assert.NotEqual(1, Enumerable.Range(0, 50).Select(_ => new Patience(Interval).Next()).Distinct().Count());

    private static async Task UntilStoppedAsync(CancellationToken stopping) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
