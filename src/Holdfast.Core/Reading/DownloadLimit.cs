namespace Holdfast.Core.Reading;

/// <summary>
/// How much a project may have under way at one node of what reads backups: a download, search, history or list of changes takes
/// some MiB of memory for as long as its reader likes, or a processor for seconds; a look at an entry a directory's tree; and of
/// streams of events, each of which asks the catalog every second. Safe for many threads.
/// </summary>
public sealed class DownloadLimit
{
    public const int Most = 8;
    public const int MostLooks = 32;
    public const int MostWatches = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<(string ProjectId, string What), int> underWay = [];

    /// <returns>Disposed when the download is over.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.TooManyRequests"/>.</exception>
    public IDisposable Begin(string projectId) => Begin((projectId, "downloads or searches"), Most);

    /// <inheritdoc cref="Begin(string)"/>
    public IDisposable BeginLook(string projectId) => Begin((projectId, "looks into backups"), MostLooks);

    /// <inheritdoc cref="Begin(string)"/>
    public IDisposable BeginWatch(string projectId) => Begin((projectId, "streams of events"), MostWatches);

    private Begun Begin((string ProjectId, string What) key, int most)
    {
        lock (gate)
        {
            int begun = underWay.GetValueOrDefault(key);
            if (begun >= most)
            {
                throw new ServiceError(
                    ServiceErrorKind.TooManyRequests,
                    $"The project has {most} {key.What} under way; wait for one of them to end."
                )
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
            underWay[key] = begun + 1;
        }
        return new Begun(this, key);
    }

    private void End((string ProjectId, string What) key)
    {
        lock (gate)
        {
            if (--underWay[key] == 0)
            {
                underWay.Remove(key);
            }
        }
    }

    private sealed class Begun(DownloadLimit limit, (string ProjectId, string What) key) : IDisposable
    {
        private bool ended;

        public void Dispose()
        {
            if (!ended)
            {
                ended = true;
                limit.End(key);
            }
        }
    }
}
