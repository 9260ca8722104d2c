using Holdfast.Objects.S3;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

public sealed class SilenceWatchTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public void OnlySilenceEndsARequestHoweverLongItTakes()
    {
        using var watch = new SilenceWatch(TimeSpan.FromSeconds(30), time, CancellationToken.None);
        for (int i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(29));
            Assert.False(watch.Token.IsCancellationRequested);
            watch.Heard();
        }
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(watch.Token.IsCancellationRequested);
        Assert.True(watch.HasEnded);
    }

    [Fact]
    public async Task TheCallerEndsItTooAndThatIsNoSilence()
    {
        using var caller = new CancellationTokenSource();
        using var watch = new SilenceWatch(TimeSpan.FromSeconds(30), time, caller.Token);
        await caller.CancelAsync();
        Assert.True(watch.Token.IsCancellationRequested);
        Assert.False(watch.HasEnded);
    }
}
