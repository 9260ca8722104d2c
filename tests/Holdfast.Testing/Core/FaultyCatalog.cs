using Holdfast.Core;
using Holdfast.Core.Catalog;

namespace Holdfast.Testing.Core;

/// <summary>A catalog that refuses to write when told to, as its disk is full, or gives no answer, as it is cut off.</summary>
public sealed class FaultyCatalog(ICatalog inner) : ICatalog
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? answer;
    private int left;

    /// <summary>Ends when a write has no answer.</summary>
    public Task Asked => asked.Task;

    /// <summary>Writes have no answer from now on, called off or not, until <see cref="Answer"/>.</summary>
    public void Hang() => answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Answer() => answer!.SetResult();

    /// <summary>So many writes fail from now on.</summary>
    public void FailWrites(int times) => Volatile.Write(ref left, times);

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        inner.ReadAsync(work, cancellationToken);

    public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref left) >= 0)
        {
            throw new ServiceError(ServiceErrorKind.Unavailable, "The disk is full.");
        }
        if (answer is { } hung)
        {
            asked.TrySetResult();
            await hung.Task;
        }
        return await inner.WriteAsync(work, cancellationToken);
    }

    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(work, cancellationToken);

    // The catalog itself is its maker's.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
