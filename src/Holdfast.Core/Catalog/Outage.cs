using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Catalog;

/// <summary>Tells the log when a catalog ceases to answer, with the reason, and when it answers again; not what fails in between.</summary>
internal sealed class Outage(ILogger log, TimeProvider time)
{
    private readonly Lock gate = new();
    private long began;
    private volatile bool away;

    public void Failed(string detail)
    {
        lock (gate)
        {
            if (away)
            {
                return;
            }
            began = time.GetTimestamp();
            away = true;
        }
        Log.CatalogFailed(log, detail);
    }

    public void Answered()
    {
        // As good as always.
        if (!away)
        {
            return;
        }
        lock (gate)
        {
            if (!away)
            {
                return;
            }
            away = false;
        }
        Log.CatalogBack(log, time.GetElapsedTime(began).TotalSeconds);
    }
}
