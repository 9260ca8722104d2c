using System.Buffers;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.Decorators;

public sealed class LimitObjectStoreTests : ObjectStoreSuite, IDisposable
{
    private readonly LimitObjectStore store = new(new MemoryObjectStore(), calls: 1);

    protected override IObjectStore Store => store;

    [Fact]
    public async Task NoMoreThanTheLimitAtOnce()
    {
        var gated = new GatedStore();
        using var limited = new LimitObjectStore(gated, calls: 3);
        Task[] calls =
        [
            .. Enumerable
                .Range(0, 10)
                .Select(i => limited.PutAsync(new ObjectName($"{i}"), ReadOnlySequence<byte>.Empty, Token)),
        ];
        Assert.Equal(3, gated.Inside);
        gated.Open.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal(3, gated.Most);
    }

    [Fact]
    public async Task AFailedCallGivesItsTurnBack()
    {
        for (int i = 0; i < 3; i++)
        {
            await AssertFails(
                ObjectErrorKind.NotFound,
                () => store.ReadAsync(new ObjectName("x"), 0, new byte[1], Token)
            );
        }
        await Put("x", [1]);
    }

    public void Dispose() => store.Dispose();

    private sealed class GatedStore : IObjectStore
    {
        private int inside;
        private int most;

        internal TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Inside => Volatile.Read(ref inside);

        internal int Most => Volatile.Read(ref most);

        public async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
        {
            int now = Interlocked.Increment(ref inside);
            int before;
            while ((before = Volatile.Read(ref most)) < now)
            {
                Interlocked.CompareExchange(ref most, now, before);
            }
            await Open.Task;
            Interlocked.Decrement(ref inside);
        }

        public Task<bool> TryCreateAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken token) =>
            throw new NotSupportedException();

        public Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken token) =>
            throw new NotSupportedException();

        public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
