using System.Buffers;
using Holdfast.Engine;
using Holdfast.Engine.Restore;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A window's ranges are read side by side, each into a place of its own.</summary>
public sealed class FetchWindowTests
{
    [Fact]
    public async Task AllReadsBeginBeforeTheFirstEnds()
    {
        var store = new SlowReads();
        await using Repository repository = await Repository.InitAsync(store, "a password", new(), default);
        PackRange[] ranges = [RangeOf(1, 1000), RangeOf(2, 5_000_000), RangeOf(3, 7)];
        using var window = new FetchWindow(repository);
        window.Begin(ranges, default);
        Assert.Equal(ranges.Length, store.Begun.Count);
        Assert.False(window.ReadAsync(0).IsCompleted);
        // The last first; one pack is gone.
        store.Begun[2].End();
        store.Begun[1].Fail();
        store.Begun[0].End();
        Assert.Equal(Enumerable.Repeat((byte)1, 1000), (await window.ReadAsync(0)).ToArray());
        Assert.True((await window.ReadAsync(1)).IsEmpty);
        Assert.Equal(Enumerable.Repeat((byte)3, 7), (await window.ReadAsync(2)).ToArray());
    }

    private static PackRange RangeOf(byte pack, int length) =>
        new(new Id(Enumerable.Repeat(pack, Id.Size).ToArray()), 0, length, 0, 0);

    /// <summary>Reads of packs end when they are told to, and bring the pack's first byte over and over.</summary>
    private sealed class SlowReads : IObjectStore
    {
        private readonly MemoryObjectStore inner = new();

        public List<Read> Begun { get; } = [];

        public Task ReadAsync(
            ObjectName name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        )
        {
            if (!name.Value.StartsWith("data/", StringComparison.Ordinal))
            {
                return inner.ReadAsync(name, offset, destination, cancellationToken);
            }
            var read = new Read(Convert.FromHexString(name.Value.AsSpan(5, 2))[0], destination);
            Begun.Add(read);
            return read.Task;
        }

        public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
            inner.PutAsync(name, content, cancellationToken);

        public Task<bool> TryCreateAsync(
            ObjectName name,
            ReadOnlySequence<byte> content,
            CancellationToken cancellationToken
        ) => inner.TryCreateAsync(name, content, cancellationToken);

        public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
            inner.StatAsync(name, cancellationToken);

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
            inner.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
            inner.DeleteAsync(name, cancellationToken);

        public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
            inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);
    }

    private sealed class Read(byte value, Memory<byte> destination)
    {
        private readonly TaskCompletionSource ended = new();

        public Task Task => ended.Task;

        public void End()
        {
            destination.Span.Fill(value);
            ended.SetResult();
        }

        public void Fail() =>
            ended.SetException(new ObjectError(ObjectErrorKind.NotFound, temporary: false, "It is gone."));
    }
}
