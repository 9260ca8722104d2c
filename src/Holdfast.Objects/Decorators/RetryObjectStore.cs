using System.Buffers;
using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace Holdfast.Objects.Decorators;

/// <summary>Tries again what failed temporarily, a few times and not for long. The last error is thrown as it is.</summary>
public sealed class RetryObjectStore : IObjectStore
{
    private static readonly ResiliencePropertyKey<long> Started = new("started");

    private readonly IObjectStore inner;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline pipeline;

    public RetryObjectStore(IObjectStore inner, RetryOptions options, TimeProvider time)
    {
        this.inner = inner;
        this.time = time;
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.Tries - 1,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.FirstDelay,
                    ShouldHandle = attempt =>
                        ValueTask.FromResult(
                            attempt.Outcome.Exception is ObjectError { Temporary: true }
                                && Elapsed(attempt.Context) < options.Within
                        ),
                }
            )
            .Build();
    }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        RunAsync(token => inner.PutAsync(name, content, token), cancellationToken);

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
        await RunAsync(
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
    ) => RunAsync(token => inner.ReadAsync(name, offset, destination, token), cancellationToken);

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        ObjectInfo? found = null;
        await RunAsync(async token => found = await inner.StatAsync(name, token), cancellationToken);
        return found;
    }

    /// <summary>Holds the whole listing before the first of it is seen: a listing cannot be taken up in its middle.</summary>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var listed = new List<ObjectInfo>();
        await RunAsync(
            async token =>
            {
                listed.Clear();
                await foreach (ObjectInfo info in inner.ListAsync(prefix, token))
                {
                    listed.Add(info);
                }
            },
            cancellationToken
        );
        foreach (ObjectInfo info in listed)
        {
            yield return info;
        }
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        RunAsync(token => inner.DeleteAsync(name, token), cancellationToken);

    public async Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        int removed = 0;
        await RunAsync(
            async token => removed += await inner.RemoveUnfinishedAsync(startedBefore, token),
            cancellationToken
        );
        return removed;
    }

    private async Task RunAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Started, time.GetTimestamp());
        try
        {
            await pipeline.ExecuteAsync(
                static async (context, call) => await call(context.CancellationToken),
                context,
                call
            );
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private TimeSpan Elapsed(ResilienceContext context) =>
        time.GetElapsedTime(context.Properties.GetValue(Started, time.GetTimestamp()));

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
