using System.Net;
using Holdfast.SystemTests.Server;

namespace Holdfast.SystemTests.Chaos;

/// <summary>What the service has said to a request in the end, and whether it may have done it more than once.</summary>
internal sealed record Said(Reply Reply, bool Doubted)
{
    public bool Yes => (int)Reply.Status is >= 200 and < 300;
}

/// <summary>
/// One user's way into the service by whichever API node answers. A broken connection and a 503 say nothing of what became
/// of the request, and it is asked again.
/// </summary>
internal sealed class Door(IReadOnlyList<OpenStackSession> nodes, Random random, Journal journal) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    // Longer than any fault, and than any rest of an operation that has failed for now.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    public string ProjectId => nodes[0].ProjectId;

    /// <summary>One user at every API node, signed in at the first.</summary>
    public static Door Open(IReadOnlyList<HoldfastServer> nodes, OpenStackSession user, int seed, Journal journal) =>
        new(
            [.. nodes.Select(node => OpenStackSession.With(node.Url, user.Token, user.ProjectId))],
            new Random(seed),
            journal
        );

    /// <summary>Asks until the service says yes or no.</summary>
    /// <exception cref="TimeoutException">It does not for very long.</exception>
    public async Task<Said> InsistAsync(string what, Func<OpenStackSession, Task<Reply>> ask)
    {
        bool doubted = false;
        using CancellationTokenSource deadline = new(Patience);
        while (!deadline.IsCancellationRequested)
        {
            if (await TryAsync(what, ask) is { } reply)
            {
                return new Said(reply, doubted);
            }
            doubted = true;
            await Task.Delay(Pause);
        }
        throw new TimeoutException($"{what}: the service did not answer for {Patience}.");
    }

    /// <summary>Looks until the service shows it.</summary>
    public async Task<Reply> SeeAsync(string path) =>
        (await InsistAsync($"GET {path}", node => node.GetAsync(path))).Reply;

    /// <summary>Looks until what is shown is as wanted, or is no more.</summary>
    /// <exception cref="TimeoutException">It is not for very long: it is stuck.</exception>
    public async Task<Reply> WatchAsync(string path, Func<Reply, bool> wanted)
    {
        using CancellationTokenSource deadline = new(Patience);
        while (true)
        {
            Reply seen = await SeeAsync(path);
            if (wanted(seen))
            {
                return seen;
            }
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"{path} is stuck: {seen.Text}");
            }
            await Task.Delay(Pause);
        }
    }

    public void Dispose()
    {
        foreach (OpenStackSession node in nodes)
        {
            node.Dispose();
        }
    }

    /// <returns>Null when nobody knows.</returns>
    private async Task<Reply?> TryAsync(string what, Func<OpenStackSession, Task<Reply>> ask)
    {
        try
        {
            Reply reply = await ask(nodes[random.Next(nodes.Count)]);
            if (reply.Status == HttpStatusCode.InternalServerError)
            {
                journal.Find($"{what}: 500 {reply.Text} {RequestId(reply)}");
            }
            if ((int)reply.Status < 500)
            {
                return reply;
            }
            journal.Note($"{what}: {(int)reply.Status}, so nobody knows");
        }
        // A body that breaks off is an IOException.
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            journal.Note($"{what}: {error.Message} Nobody knows.");
        }
        return null;
    }

    private static string RequestId(Reply reply) =>
        reply.Headers.TryGetValues("x-openstack-request-id", out IEnumerable<string>? ids) ? ids.First() : "";
}
