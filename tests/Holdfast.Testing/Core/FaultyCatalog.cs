using Holdfast.Core;
using Holdfast.Core.Catalog;

namespace Holdfast.Testing.Core;

/// <summary>
/// A catalog that refuses to write when told to, as its disk is full, or gives no answer, as it is cut off, or a late one, as its
/// caller was frozen.
/// </summary>
public sealed class FaultyCatalog(ICatalog inner) : ICatalog
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? answer;
    private volatile TaskCompletionSource? readAnswer;
    private int untilHung;
    private int untilReadHung;
    private int left;
    private int untilFailure;
    private volatile bool fulfilled;

    /// <summary>What happens between the end of the next write and its answer.</summary>
    public Action? BeforeAnswer { get; set; }

    /// <summary>Ends when a write or read has no answer.</summary>
    public Task Asked => asked.Task;

    /// <summary>The nth write and those behind it have no answer, called off or not, until <see cref="Answer"/>.</summary>
    public void Hang(int nth = 1)
    {
        Volatile.Write(ref untilHung, nth);
        answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The nth read from now on has no answer until <see cref="Answer"/>.</summary>
    public void HangRead(int nth)
    {
        Volatile.Write(ref untilReadHung, nth);
        readAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Answer()
    {
        answer?.SetResult();
        readAnswer?.SetResult();
    }

    /// <summary>So many writes fail from now on.</summary>
    public void FailWrites(int times) => Volatile.Write(ref left, times);

    /// <summary>The nth write from now on fails.</summary>
    /// <param name="afterEffect">It is done, and only its answer is lost.</param>
    public void FailWrite(int nth, bool afterEffect)
    {
        fulfilled = afterEffect;
        Volatile.Write(ref untilFailure, nth);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

    public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken) => inner.SchemaAsync(cancellationToken);

    /// <summary>Reads fail from now on, or no longer.</summary>
    public bool FailsReads { get; set; }

    public async Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref untilReadHung) == 0 && readAnswer is { } hung)
        {
            asked.TrySetResult();
            await hung.Task;
        }
        return FailsReads
            ? throw new ServiceError(ServiceErrorKind.Unavailable, "The database does not answer.")
            : await inner.ReadAsync(work, cancellationToken);
    }

    public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref left) >= 0)
        {
            throw new ServiceError(ServiceErrorKind.Unavailable, "The disk is full.");
        }
        if (answer is { } hung && Interlocked.Decrement(ref untilHung) <= 0)
        {
            asked.TrySetResult();
            await hung.Task;
        }
        bool fails = Interlocked.Decrement(ref untilFailure) == 0;
        if (fails && !fulfilled)
        {
            throw new ServiceError(ServiceErrorKind.Unavailable, "The connection broke before the commit.");
        }
        T result = await inner.WriteAsync(work, cancellationToken);
        Action? late = BeforeAnswer;
        BeforeAnswer = null;
        late?.Invoke();
        return fails
            ? throw new ServiceError(ServiceErrorKind.Unavailable, "The connection broke after the commit.")
            : result;
    }

    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(work, cancellationToken);

    // The catalog itself is its maker's.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
