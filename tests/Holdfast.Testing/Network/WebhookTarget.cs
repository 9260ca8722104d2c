using System.Collections.Concurrent;
using System.Net;
using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Network;

/// <summary>What came to a target.</summary>
public sealed record WebhookCall(string Id, string Timestamp, string Signature, string ContentType, string Body);

/// <summary>A web server on loopback that webhooks are sent to: remembers what came, and answers as it is told.</summary>
public sealed class WebhookTarget : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<WebhookCall> calls = new();
    private readonly Task serving;

    public WebhookTarget()
    {
        Url = $"http://127.0.0.1:{FreePort.Next()}/hook";
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        serving = ServeAsync();
    }

    public string Url { get; }

    public IReadOnlyList<WebhookCall> Calls => [.. calls];

    /// <summary>The status of its answers.</summary>
    public Func<WebhookCall, int> Answer { get; set; } = _ => 204;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            HttpListenerRequest request = context.Request;
            using StreamReader reader = new(request.InputStream);
            WebhookCall call = new(
                request.Headers["webhook-id"] ?? "",
                request.Headers["webhook-timestamp"] ?? "",
                request.Headers["webhook-signature"] ?? "",
                request.ContentType ?? "",
                await reader.ReadToEndAsync()
            );
            calls.Enqueue(call);
            context.Response.StatusCode = Answer(call);
            // Whoever follows it would come again.
            context.Response.Headers["Location"] = Url;
            try
            {
                context.Response.Close();
            }
            catch (HttpListenerException)
            {
                // Whoever asked has died meanwhile.
            }
        }
    }
}
