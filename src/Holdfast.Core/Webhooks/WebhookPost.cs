using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;

namespace Holdfast.Core.Webhooks;

/// <summary>What came of sending an event.</summary>
/// <param name="Arrived">The target took it.</param>
/// <param name="IsThere">The target answered, and may take others.</param>
/// <param name="Problem">Why it did not arrive, for whoever has the webhook.</param>
public sealed record WebhookAnswer(bool Arrived, bool IsThere, string? Problem)
{
    public static WebhookAnswer Taken { get; } = new(Arrived: true, IsThere: true, Problem: null);

    public static WebhookAnswer Refused(string problem) => new(Arrived: false, IsThere: true, problem);

    public static WebhookAnswer Away(string problem) => new(Arrived: false, IsThere: false, problem);
}

/// <summary>
/// Sends one event, signed as Standard Webhooks 1.0 says: <c>webhook-id</c>, <c>webhook-timestamp</c>, and in
/// <c>webhook-signature</c> the HMAC-SHA-256 of both and the body. Follows no redirect, and connects only to addresses that
/// <see cref="WebhookTargets"/> allows, which it looks at when it connects: a name may mean another one a moment later.
/// </summary>
public sealed class WebhookPost : IDisposable
{
    /// <summary>Before a secret as people see it.</summary>
    public const string SecretPrefix = "whsec_";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly IMasterKey masterKey;
    private readonly WebhookTargets targets;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public WebhookPost(IMasterKey masterKey, WebhookTargets targets, TimeProvider time)
    {
        this.masterKey = masterKey;
        this.targets = targets;
        this.time = time;
        http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectCallback = ConnectAsync,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                MaxConnectionsPerServer = 4,
                MaxResponseHeadersLength = 16,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Holdfast", null));
    }

    public async Task<WebhookAnswer> SendAsync(
        Webhook webhook,
        WebhookDelivery delivery,
        CancellationToken cancellationToken
    )
    {
        if (!targets.Allows(webhook))
        {
            return WebhookAnswer.Away("Its host is not on this service's list of webhook hosts any more.");
        }
        using CancellationTokenSource late = new(LongestWait, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(
            late.Token,
            cancellationToken
        );
        try
        {
            using HttpRequestMessage request = Sign(webhook, delivery);
            using HttpResponseMessage reply = await http.SendAsync(
                request,
                // What it says is nobody's business.
                HttpCompletionOption.ResponseHeadersRead,
                either.Token
            );
            return Judge(reply.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WebhookAnswer.Away($"It did not answer within {LongestWait.TotalSeconds} seconds.");
        }
        catch (HttpRequestException error)
        {
            return WebhookAnswer.Away(Describe(error));
        }
        catch (ServiceError)
        {
            // One that is damaged must not keep the others from being sent.
            return WebhookAnswer.Away("Its secret cannot be read: remove it, and make it anew.");
        }
    }

    public void Dispose() => http.Dispose();

    private static WebhookAnswer Judge(HttpStatusCode status)
    {
        string problem = $"It answered {(int)status}.";
        return (int)status switch
        {
            >= 200 and < 300 => WebhookAnswer.Taken,
            408 or 425 or 429 or >= 500 => WebhookAnswer.Away(problem),
            _ => WebhookAnswer.Refused(problem),
        };
    }

    private HttpRequestMessage Sign(Webhook webhook, WebhookDelivery delivery)
    {
        string now = time.Now().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] body = Encoding.UTF8.GetBytes(delivery.Body);
        byte[] secret = masterKey.Unseal(webhook.SealedSecret);
        byte[] signature = HMACSHA256.HashData(
            secret,
            Encoding.UTF8.GetBytes($"{delivery.EventId}.{now}.{delivery.Body}")
        );
        HttpRequestMessage request = new(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", delivery.EventId);
        request.Headers.Add("webhook-timestamp", now);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(signature));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        IPAddress[] found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        IPAddress[] allowed = [.. found.Where(targets.Allows)];
        if (allowed.Length == 0)
        {
            throw new AddressRefused();
        }
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Describe(HttpRequestException error) =>
        error switch
        {
            { InnerException: AddressRefused } => "Its host has no address that webhooks may reach.",
            { HttpRequestError: HttpRequestError.NameResolutionError } => "Its host is not known.",
            { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                "No secure connection could be made: see its certificate.",
            { HttpRequestError: HttpRequestError.ConnectionError } => "It could not be connected to.",
            _ => "It broke off.",
        };

    private sealed class AddressRefused : IOException;
}
