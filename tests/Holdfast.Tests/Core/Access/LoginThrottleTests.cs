using Holdfast.Core.Access;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class LoginThrottleTests
{
    private static readonly LoginAllowance Three = new(3, TimeSpan.FromSeconds(10));

    private readonly ManualTime time = new();

    [Fact]
    public void A_burst_then_one_each_interval()
    {
        LoginThrottle throttle = new(Three, time);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            Assert.Null(throttle.Take("a"));
        }
        Assert.Equal(TimeSpan.FromSeconds(10), throttle.Take("a"));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), throttle.Take("a"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(throttle.Take("a"));
        Assert.NotNull(throttle.Take("a"));
    }

    [Fact]
    public void Being_refused_costs_nothing_more()
    {
        LoginThrottle throttle = new(Three, time);
        for (int attempt = 0; attempt < 100; attempt++)
        {
            throttle.Take("a");
        }
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(throttle.Take("a"));
    }

    [Fact]
    public void Keys_are_counted_apart()
    {
        LoginThrottle throttle = new(Three, time);
        for (int attempt = 0; attempt < 4; attempt++)
        {
            throttle.Take("a");
        }
        Assert.Null(throttle.Take("b"));
    }

    [Fact]
    public void What_succeeds_is_given_back()
    {
        LoginThrottle throttle = new(Three, time);
        for (int attempt = 0; attempt < 100; attempt++)
        {
            Assert.Null(throttle.Take("a"));
            throttle.GiveBack("a");
        }
        Assert.Null(throttle.Take("a"));
        Assert.Null(throttle.Take("a"));
        Assert.Null(throttle.Take("a"));
        Assert.NotNull(throttle.Take("a"));
    }

    [Fact]
    public void A_long_rest_does_not_save_up_more_than_a_burst()
    {
        LoginThrottle throttle = new(Three, time);
        throttle.Take("a");
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => throttle.Take("a") is null));
    }

    [Fact]
    public void Many_names_neither_grow_it_nor_make_it_forget_the_worst()
    {
        LoginThrottle throttle = new(Three, time, capacity: 100);
        for (int attempt = 0; attempt < 4; attempt++)
        {
            throttle.Take("worst");
        }
        for (int other = 0; other < 10_000; other++)
        {
            Assert.Null(throttle.Take($"other {other}"));
            Assert.True(throttle.Count <= 100);
        }
        Assert.NotNull(throttle.Take("worst"));
    }

    [Fact]
    public void Attempts_at_once_are_all_counted()
    {
        LoginThrottle throttle = new(Three, time);
        int let = 0;
        Parallel.For(0, 1000, _ => Interlocked.Add(ref let, throttle.Take("a") is null ? 1 : 0));
        Assert.Equal(3, let);
    }
}
