namespace Holdfast.Objects.S3;

/// <summary>
/// Ends a request during which nothing was heard for too long, however long the whole of it takes. One for each request.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationTokenSource silence;
    private readonly CancellationTokenSource either;

    internal SilenceWatch(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        Limit = limit;
        silence = new CancellationTokenSource(limit, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
    }

    internal TimeSpan Limit { get; }

    /// <summary>Cancelled by the caller, or by the silence.</summary>
    internal CancellationToken Token => either.Token;

    internal bool HasEnded => silence.IsCancellationRequested;

    /// <summary>Bytes went through: the time begins anew.</summary>
    internal void Heard() => silence.CancelAfter(Limit);

    public void Dispose()
    {
        either.Dispose();
        silence.Dispose();
    }
}
