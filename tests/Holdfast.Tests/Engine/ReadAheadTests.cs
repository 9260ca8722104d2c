using Holdfast.Engine;
using Xunit;

namespace Holdfast.Tests.Engine;

public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task ItemsComeInTheirOrder(int ahead)
    {
        List<(int, int)> got = await ReadAhead
            .InOrderAsync(Enumerable.Range(0, 50), ahead, (i, _) => Task.FromResult(i * i), default)
            .ToListAsync();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (i, i * i)), got);
    }

    [Fact]
    public async Task NoMoreAreTakenThanMayBeAhead()
    {
        int taken = 0;
        int consumed = 0;
        IEnumerable<int> items = Enumerable.Range(0, 20).Select(i => taken = i + 1);
        await foreach (var _ in ReadAhead.InOrderAsync(items, 4, (i, _) => Task.FromResult(i), default))
        {
            Assert.InRange(taken - consumed, 1, 4);
            consumed++;
        }
        Assert.Equal(20, consumed);
    }

    [Fact(Timeout = 60_000)]
    public async Task ThoseAheadAreLoadedAtOnce()
    {
        using var together = new CountdownEvent(3);
        var all = new TaskCompletionSource();
        async Task<int> Load(int item, CancellationToken token)
        {
            if (together.Signal())
            {
                all.SetResult();
            }
            await all.Task.WaitAsync(token);
            return item;
        }
        Assert.Equal(3, await ReadAhead.InOrderAsync([1, 2, 3], 3, Load, default).CountAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task WhoeverStopsEarlyLeavesNothingRunning()
    {
        int running = 0;
        async Task<int> Load(int item, CancellationToken token)
        {
            Interlocked.Increment(ref running);
            try
            {
                await Task.Delay(
                    item == 0 ? TimeSpan.Zero : System.Threading.Timeout.InfiniteTimeSpan,
                    TimeProvider.System,
                    token
                );
                return item;
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
        Assert.Equal(0, (await ReadAhead.InOrderAsync(Enumerable.Range(0, 9), 4, Load, default).FirstAsync()).Loaded);
        Assert.Equal(0, running);
    }

    [Fact]
    public async Task WhatWasNotHandedOutIsDisposed()
    {
        Loaded[] all = [.. Enumerable.Range(0, 4).Select(_ => new Loaded())];
        await foreach (var (item, _) in ReadAhead.InOrderAsync(all, 4, (one, _) => Task.FromResult(one), default))
        {
            if (item == all[1])
            {
                break;
            }
        }
        Assert.Equal([0, 0, 1, 1], all.Select(one => one.Disposed));
    }

    [Fact]
    public async Task AFailureComesWhenItsTurnDoes()
    {
        static Task<int> Load(int item, CancellationToken token) =>
            item == 2 ? Task.FromException<int>(new InvalidOperationException("two")) : Task.FromResult(item);
        List<int> got = [];
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach ((int item, _) in ReadAhead.InOrderAsync(Enumerable.Range(0, 9), 9, Load, default))
            {
                got.Add(item);
            }
        });
        Assert.Equal([0, 1], got);
    }

    private sealed class Loaded : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }
}
