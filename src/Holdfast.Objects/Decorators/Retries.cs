using Polly;
using Polly.Retry;

namespace Holdfast.Objects.Decorators;

/// <summary>Tries a call again that failed temporarily, a few times and not for long. The last error is thrown as it is.</summary>
internal sealed class Retries
{
    private static readonly ResiliencePropertyKey<long> FirstFailure = new("first failure");

    private readonly TimeProvider time;
    private readonly ResiliencePipeline pipeline;

    internal Retries(RetryOptions options, TimeProvider time)
    {
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
                                && SinceFirstFailure(attempt.Context) < options.Within
                        ),
                }
            )
            .Build();
    }

    internal async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            return await pipeline.ExecuteAsync(
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

    internal Task RunAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken
        );

    // How long the first try took does not matter: a large object may have been under way for longer than failures are met.
    private TimeSpan SinceFirstFailure(ResilienceContext context)
    {
        if (context.Properties.TryGetValue(FirstFailure, out long first))
        {
            return time.GetElapsedTime(first);
        }
        context.Properties.Set(FirstFailure, time.GetTimestamp());
        return TimeSpan.Zero;
    }
}
