using System.Buffers;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.S3;
using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

/// <summary>A real gateway that hangs, and one that is gone for a while.</summary>
public sealed class StoppedGatewayTests : IAsyncLifetime
{
    private static readonly ObjectName Name = new("a/x");

    private CephGateway gateway = null!;
    private S3ObjectStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        gateway = await CephGateway.StartAsync();
        S3Options place = (await gateway.Account.NewPlaceAsync()).Options;
        store = new S3ObjectStore(place with { Silence = TimeSpan.FromSeconds(2) }, TimeProvider.System);
        await store.PutAsync(Name, new ReadOnlySequence<byte>([1]), Token);
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await gateway.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task AGatewayThatHangsIsWaitedForSoLongAndTriedAgain()
    {
        gateway.Pause();
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() => store.StatAsync(Name, Token));
        Assert.Equal((ObjectErrorKind.Unavailable, true), (error.Kind, error.Temporary));
        Assert.Contains("silent", error.Message, StringComparison.Ordinal);

        // Larger than what the kernel takes for a process that does not read.
        byte[] content = new byte[32 << 20];
        new Random(1).NextBytes(content);
        var waits = new EagerTime();
        var retrying = new RetryObjectStore(store, new RetryOptions(), waits);
        Task put = retrying.PutAsync(Name, new ReadOnlySequence<byte>(content), Token);
        await Eventually.HoldsAsync("a try to fail", () => Task.FromResult(waits.Elapsed > TimeSpan.Zero));
        gateway.Resume();
        await put;
        byte[] stored = new byte[content.Length];
        await store.ReadAsync(Name, 0, stored, Token);
        Assert.Equal(content, stored);
    }

    [Fact(Timeout = 120_000)]
    public async Task AGatewayThatIsGoneIsUnavailableAndComesBack()
    {
        await gateway.StopGatewayAsync();
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() => store.StatAsync(Name, Token));
        Assert.Equal((ObjectErrorKind.Unavailable, true), (error.Kind, error.Temporary));
        await gateway.StartGatewayAsync();
        Assert.Equal(1, (await store.StatAsync(Name, Token))!.Value.Size);
    }
}
