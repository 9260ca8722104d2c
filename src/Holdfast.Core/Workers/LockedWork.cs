using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>Work that must stop at once when its lock on the repository is lost.</summary>
internal static class LockedWork
{
    /// <param name="work">Gets a token that is cancelled with the lock, too.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.LockLost"/>, temporary: the work was stopped.</exception>
    public static async Task<T> WhileHeldAsync<T>(
        this RepositoryLock held,
        Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            held.Lost
        );
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException error)
            when (held.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineError(
                EngineErrorKind.LockLost,
                temporary: true,
                "The work stopped because its lock on the repository could not be kept.",
                "It goes on by itself once the store answers.",
                error
            );
        }
    }

    /// <inheritdoc cref="WhileHeldAsync{T}"/>
    public static Task WhileHeldAsync(
        this RepositoryLock held,
        Func<CancellationToken, Task> work,
        CancellationToken cancellationToken
    ) =>
        held.WhileHeldAsync(
            async token =>
            {
                await work(token);
                return true;
            },
            cancellationToken
        );
}
