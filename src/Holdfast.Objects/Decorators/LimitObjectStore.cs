using System.Buffers;
using System.Runtime.CompilerServices;

namespace Holdfast.Objects.Decorators;

/// <summary>Lets so many calls through at once; the others wait their turn.</summary>
/// <param name="inner">The store.</param>
/// <param name="calls">At least 1.</param>
public sealed class LimitObjectStore(IObjectStore inner, int calls) : IObjectStore, IDisposable
{
    private readonly SemaphoreSlim turns = new(calls, calls);

    public async Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        using Turn turn = await TurnAsync(cancellationToken);
        await inner.PutAsync(name, content, cancellationToken);
    }

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        using Turn turn = await TurnAsync(cancellationToken);
        return await inner.TryCreateAsync(name, content, cancellationToken);
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        using Turn turn = await TurnAsync(cancellationToken);
        await inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        using Turn turn = await TurnAsync(cancellationToken);
        return await inner.StatAsync(name, cancellationToken);
    }

    /// <summary>Takes a turn for each step only: whoever consumes a listing may call the store meanwhile.</summary>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<ObjectInfo> listed = inner
            .ListAsync(prefix, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            using (await TurnAsync(cancellationToken))
            {
                if (!await listed.MoveNextAsync())
                {
                    yield break;
                }
            }
            yield return listed.Current;
        }
    }

    public async Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        using Turn turn = await TurnAsync(cancellationToken);
        await inner.DeleteAsync(name, cancellationToken);
    }

    public async Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        using Turn turn = await TurnAsync(cancellationToken);
        return await inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);
    }

    public void Dispose() => turns.Dispose();

    private async ValueTask<Turn> TurnAsync(CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        return new Turn(turns);
    }

    private readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
