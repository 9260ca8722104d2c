namespace Holdfast.Objects.Decorators;

/// <summary>How long a temporary error of a store is met with another try, before it is somebody else's to wait.</summary>
public sealed record RetryOptions
{
    /// <summary>Tries in all: enough for a dropped connection or a node that restarts.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>
    /// What fails later than this after the first failure is not tried again. Longer outages are for the queue above, which can
    /// say that it waits.
    /// </summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Before the second try; doubled for each further one, with jitter so that clients do not come in step.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);
}
