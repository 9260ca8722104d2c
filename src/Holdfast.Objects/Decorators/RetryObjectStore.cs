using System.Buffers;

namespace Holdfast.Objects.Decorators;

/// <summary>Tries again what failed temporarily, a few times and not for long. The last error is thrown as it is.</summary>
public sealed class RetryObjectStore(IObjectStore inner, RetryOptions options, TimeProvider time) : IObjectStore
{
    private readonly Retries retries = new(options, time);

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        retries.RunAsync(token => inner.PutAsync(name, content, token), cancellationToken);

    /// <summary>
    /// A try that failed may have created the object all the same. So when a later try finds the name taken, it was us if
    /// the bytes are ours.
    /// </summary>
    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        int tries = 0;
        bool created = false;
        await retries.RunAsync(
            async token =>
            {
                tries++;
                created = await inner.TryCreateAsync(name, content, token);
            },
            cancellationToken
        );
        return created || (tries > 1 && await HoldsAsync(name, content, cancellationToken));
    }

    public Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => retries.RunAsync(token => inner.ReadAsync(name, offset, destination, token), cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        retries.RunAsync(token => inner.StatAsync(name, token), cancellationToken);

    /// <summary>
    /// Passed on: only the store knows where a listing that broke off goes on. <see cref="S3.S3ObjectStore"/> tries each page again.
    /// </summary>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        retries.RunAsync(token => inner.DeleteAsync(name, token), cancellationToken);

    public async Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        int removed = 0;
        await retries.RunAsync(
            async token => removed += await inner.RemoveUnfinishedAsync(startedBefore, token),
            cancellationToken
        );
        return removed;
    }

    private async Task<bool> HoldsAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        if (await StatAsync(name, cancellationToken) is not { } info || info.Size != content.Length)
        {
            return false;
        }
        byte[] stored = new byte[info.Size];
        await ReadAsync(name, 0, stored, cancellationToken);
        return content.ToArray().AsSpan().SequenceEqual(stored);
    }
}
