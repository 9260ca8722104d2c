using System.Diagnostics;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Telemetry;
using Holdfast.Engine;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Workers;

/// <summary>
/// One claim from beginning to end: the handler's work, the heartbeat beside it, and what is said when it ends in
/// whatever way.
/// </summary>
internal sealed class OperationRun(
    IOperationHandler handler,
    Operation row,
    OperationQueue queue,
    TimeProvider time,
    ILogger logger,
    Instruments instruments
)
{
    // Progress that people look at should not be older, whatever the lease.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(2);

    private readonly ClaimedOperation claimed = new(row, queue);
    private volatile bool cancelRequested;
    private volatile bool over;
    private string outcome = OperationOutcome.Lost;

    /// <param name="stopping">The node stops: the work ends soon, and goes back to the queue.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        using IDisposable? scope = Log.OperationScope(logger, row.Id, row.RequestId);
        using Activity? activity = Instruments.Begin(row);
        long began = time.GetTimestamp();
        try
        {
            await RunToEndAsync(stopping);
        }
        finally
        {
            instruments.Ended(claimed.Current, outcome, time.GetElapsedTime(began));
            activity?.SetTag("holdfast.operation.outcome", outcome);
            activity?.SetStatus(
                outcome == OperationOutcome.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset
            );
        }
    }

    private async Task RunToEndAsync(CancellationToken stopping)
    {
        Log.Begins(logger, row.Kind, row.Id, row.Epoch, row.Attempts);
        using CancellationTokenSource work = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using CancellationTokenSource done = new();
        Task beating = BeatAsync(work, done.Token);
        Func<Task<bool>> end = await WorkAsync(work.Token, stopping);
        try
        {
            await done.CancelAsync();
            await beating;
            if (!await end())
            {
                // Somebody else has ended the claim. This worker has stopped, and says so.
                Log.Lost(logger, row.Kind, row.Id, row.Epoch);
                outcome = OperationOutcome.Lost;
                await queue.LetGoAsync(row, CancellationToken.None);
            }
        }
        catch (Exception error)
        {
            outcome = OperationOutcome.Lost;
            // The row stays as it is; when the lease has run out the operation begins again.
            Log.NotEnded(logger, error, row.Kind, row.Id, row.Epoch);
        }
    }

    /// <returns>What is left to do to end the claim, which answers whether it was still there to be ended.</returns>
    private async Task<Func<Task<bool>>> WorkAsync(CancellationToken work, CancellationToken stopping)
    {
        // The process may have been frozen since its claim.
        if (time.GetUtcNow() >= row.LeaseUntil)
        {
            return () => Task.FromResult(false);
        }
        try
        {
            await handler.RunAsync(claimed, work);
            if (claimed.Ended)
            {
                outcome = OperationOutcome.Succeeded;
                Log.Ended(logger, row.Kind, row.Id, row.Epoch);
            }
            return () => Task.FromResult(claimed.Ended);
        }
        catch (Exception) when (over)
        {
            return () => Task.FromResult(false);
        }
        catch (OperationCanceledException) when (cancelRequested)
        {
            outcome = OperationOutcome.Cancelled;
            Log.Cancelled(logger, row.Kind, row.Id, row.Epoch);
            return () => queue.FailAsync(row, OperationStatus.Cancelled, "Cancelled.", CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            outcome = OperationOutcome.Returned;
            Log.Returned(logger, row.Kind, row.Id, row.Epoch);
            return () => queue.ReturnAsync(row, CancellationToken.None);
        }
        catch (EngineError error) when (error.Temporary)
        {
            return Requeue(FailureReason.Full(error), FailureReason.Public(error));
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
        {
            return Requeue(error.Detail ?? error.Message, error.Message);
        }
        catch (EngineError error)
        {
            Log.Failed(logger, row.Kind, row.Id, row.Epoch, FailureReason.Full(error));
            return Fail(FailureReason.Public(error));
        }
        catch (Exception error)
        {
            Log.Faulted(logger, error, row.Kind, row.Id, row.Epoch);
            return Fail(FailureReason.Fault);
        }
    }

    private async Task BeatAsync(CancellationTokenSource work, CancellationToken done)
    {
        TimeSpan interval = queue.BeatInterval < LongestBeat ? queue.BeatInterval : LongestBeat;
        DateTimeOffset heldUntil = row.LeaseUntil ?? time.GetUtcNow();
        while (!done.IsCancellationRequested)
        {
            try
            {
                TimeSpan left = heldUntil - time.GetUtcNow();
                TimeSpan rest = left < interval ? left : interval;
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, done);
                DateTimeOffset asked = time.GetUtcNow();
                over = asked >= heldUntil;
                if (!over)
                {
                    // One that is cut off from the catalog may wait for an answer for longer than the lease lasts.
                    Beat answer = await queue
                        .BeatAsync(claimed.Current, done)
                        .WaitAsync(heldUntil - asked, time, CancellationToken.None);
                    heldUntil = asked + queue.Lease;
                    cancelRequested = answer == Beat.CancelRequested;
                    over = answer == Beat.Over;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception)
            {
                // The catalog is away, or does not answer. The work goes on while the lease lasts, and not a moment
                // longer: another worker may begin it then.
                over = time.GetUtcNow() >= heldUntil;
            }
            if (cancelRequested || over)
            {
                await work.CancelAsync();
                return;
            }
        }
    }

    private Func<Task<bool>> Requeue(string logged, string reason)
    {
        outcome = OperationOutcome.Requeued;
        Log.Requeued(logger, row.Kind, row.Id, row.Epoch, logged);
        return () => queue.RequeueAsync(row, reason, CancellationToken.None);
    }

    private Func<Task<bool>> Fail(string reason)
    {
        outcome = OperationOutcome.Failed;
        return () => queue.FailAsync(row, OperationStatus.Failed, reason, CancellationToken.None);
    }
}
