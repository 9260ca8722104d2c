namespace Holdfast.Core.Reading;

/// <summary>
/// How many downloads, searches, histories and lists of changes a project may have under way at one node: each takes some MiB of
/// memory for as long as its reader likes, or a processor for seconds.
/// Safe for many threads.
/// </summary>
public sealed class DownloadLimit
{
    public const int Most = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> underWay = new(StringComparer.Ordinal);

    /// <returns>Disposed when the download is over.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.TooManyRequests"/>.</exception>
    public IDisposable Begin(string projectId)
    {
        lock (gate)
        {
            int begun = underWay.GetValueOrDefault(projectId);
            if (begun >= Most)
            {
                throw new ServiceError(
                    ServiceErrorKind.TooManyRequests,
                    $"The project has {Most} downloads or searches under way; wait for one of them to end."
                )
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
            underWay[projectId] = begun + 1;
        }
        return new Begun(this, projectId);
    }

    private void End(string projectId)
    {
        lock (gate)
        {
            if (--underWay[projectId] == 0)
            {
                underWay.Remove(projectId);
            }
        }
    }

    private sealed class Begun(DownloadLimit limit, string projectId) : IDisposable
    {
        private bool ended;

        public void Dispose()
        {
            if (!ended)
            {
                ended = true;
                limit.End(projectId);
            }
        }
    }
}
