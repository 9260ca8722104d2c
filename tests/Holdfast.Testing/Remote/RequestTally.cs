namespace Holdfast.Testing.Remote;

/// <summary>The requests made since the last <see cref="Reset"/>, and the most that were under way at once.</summary>
public sealed class RequestTally
{
    private readonly Lock gate = new();
    private readonly List<StoreRequest> requests = [];
    private int inFlight;

    public int MostInFlight { get; private set; }

    public IReadOnlyList<StoreRequest> Requests
    {
        get
        {
            lock (gate)
            {
                return [.. requests];
            }
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            requests.Clear();
            MostInFlight = inFlight;
        }
    }

    internal void Begin(in StoreRequest request)
    {
        lock (gate)
        {
            requests.Add(request);
            inFlight++;
            MostInFlight = Math.Max(MostInFlight, inFlight);
        }
    }

    internal void End()
    {
        lock (gate)
        {
            inFlight--;
        }
    }
}
