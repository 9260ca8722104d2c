namespace Holdfast.Core.Sources;

/// <summary>
/// Looks at what may never answer, such as a hard mount whose server is away: each on a thread of its own, which is waited
/// for a second from its beginning, and no second one while it has not answered.
/// </summary>
internal sealed class Probes(TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (Task Answer, long Began)> probes = new(StringComparer.Ordinal);

    /// <param name="name">What is looked at: one name, one probe at a time.</param>
    /// <exception cref="TimeoutException">It has not answered.</exception>
    public Task<T> AskAsync<T>(string name, Func<T> look)
    {
        lock (gate)
        {
            if (!probes.TryGetValue(name, out (Task Answer, long Began) probe) || probe.Answer.IsCompleted)
            {
                // Not of the pool, which may be busy, and whose threads would hang.
                Task<T> answer = Task.Factory.StartNew(
                    look,
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                );
                probes[name] = probe = (answer, time.GetTimestamp());
            }
            TimeSpan left = LongestWait - time.GetElapsedTime(probe.Began);
            return ((Task<T>)probe.Answer).WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }
    }
}
