using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Copying;

namespace Holdfast.Core.Workers;

/// <summary>
/// Does one kind of operation: acquire, then the engine's call, then one closing transaction. It may have been begun
/// before, by a worker that died at any line, and begins again from what is durable.
/// </summary>
public interface IOperationHandler
{
    /// <summary>Of <see cref="OperationKind"/>.</summary>
    string Kind { get; }

    /// <summary>Returns once the operation is ended, or its claim found to be over.</summary>
    /// <exception cref="EngineError">Temporary: it is put back for later. Otherwise it fails for good.</exception>
    Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken);
}

/// <summary>An operation in the hands of this worker.</summary>
public sealed class ClaimedOperation(Operation row, OperationQueue queue)
{
    /// <summary>As it was claimed.</summary>
    public Operation Row => row;

    /// <summary>Asked at every heartbeat, from another thread, how far the work is.</summary>
    public Func<OperationProgress>? Progress { get; set; }

    /// <summary>The row with its progress of now.</summary>
    public Operation Current =>
        Progress?.Invoke() is { } now
            ? row with
            {
                Done = now.Done,
                Total = now.Total,
                Phase = now.Phase,
                Bytes = now.Bytes,
                Files = now.Files,
            }
            : row;

    /// <summary>The work is to make that copy.</summary>
    public void Watch(TreeCopy copy) =>
        Progress = () =>
        {
            (long done, long total) = copy.Progress;
            return new OperationProgress(done, total, "copying files", done);
        };

    /// <summary>Whether the closing transaction went through.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the claim still holds now.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancellationToken) =>
        await queue.BeatAsync(Current, cancellationToken) != Beat.Over;

    /// <summary>From here on the operation gives no earlier status back: it is about to write.</summary>
    /// <exception cref="EngineError">Temporary: the claim is over.</exception>
    public async Task BeginToWriteAsync(CancellationToken cancellationToken)
    {
        if (!await queue.ForgetStatusBeforeAsync(row, cancellationToken))
        {
            throw new EngineError(EngineErrorKind.Files, temporary: true, "The claim is over.");
        }
    }

    /// <summary>The closing transaction.</summary>
    /// <returns>False, and nothing changed, when the claim is over.</returns>
    public async Task<bool> SucceedAsync(
        Func<ICatalogSession, DateTimeOffset, Task> changes,
        CancellationToken cancellationToken
    ) =>
        Ended = await queue.SucceedAsync(
            row,
            async (session, now) =>
            {
                if (Progress is not null)
                {
                    await session.Operations.SetProgressAsync(Current);
                }
                await changes(session, now);
            },
            cancellationToken
        );
}
