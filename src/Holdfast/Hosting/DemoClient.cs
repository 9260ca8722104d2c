using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli;

namespace Holdfast.Hosting;

/// <summary>The demo's requests to the service that it runs in: the same that any client would send.</summary>
internal sealed class DemoClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http;
    private readonly TimeProvider time;

    /// <param name="listen">Where the service listens: its public URL may lead through what is not there yet.</param>
    /// <param name="tls">The service's own certificate, and the only one to be trusted: it need not name the address.</param>
    public DemoClient(Uri listen, TlsCertificate? tls, TimeProvider time)
    {
        HttpClientHandler handler = new() { UseProxy = false };
        if (tls is not null)
        {
#pragma warning disable MA0039 // Stricter than the usual validation: this one certificate, and no other.
            handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) =>
                shown?.RawDataMemory.Span.SequenceEqual(tls.Current().RawDataMemory.Span) == true;
#pragma warning restore MA0039
        }
        http = new HttpClient(handler) { BaseAddress = Reachable(listen) };
        this.time = time;
    }

    // To listen on "any address" is to listen on loopback too.
    private static Uri Reachable(Uri listen) =>
        IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? address)
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(listen) { Host = "localhost" }.Uri
            : listen;

    /// <summary>Signs in with a password, scoped to the project, for all requests that follow.</summary>
    public async Task SignInAsync(string user, string password, string project, CancellationToken cancellationToken)
    {
        var body = new
        {
            auth = new
            {
                identity = new
                {
                    methods = new[] { "password" },
                    password = new
                    {
                        user = new
                        {
                            name = user,
                            password,
                            domain = new { id = "default" },
                        },
                    },
                },
                scope = new { project = new { name = project, domain = new { id = "default" } } },
            },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/identity/v3/auth/tokens");
        request.Content = JsonContent.Create(body);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        string token = reply.Headers.GetValues("X-Subject-Token").Single();
        http.DefaultRequestHeaders.Clear();
        http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        http.DefaultRequestHeaders.Add("X-OpenStack-Manila-API-Version", "2.91");
        http.DefaultRequestHeaders.Add("X-OpenStack-Manila-API-Experimental", "True");
    }

    /// <returns>The reply's object; null when it has no body.</returns>
    public async Task<JsonNode?> AskAsync(
        HttpMethod method,
        string path,
        JsonObject? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        string text = await reply.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        (await AskAsync(HttpMethod.Get, path, null, cancellationToken))!;

    /// <summary>The first object that a list shows and that did not come into an error, or a new one.</summary>
    /// <param name="list">The list's path; of what has a status, the list that shows it.</param>
    /// <param name="kind">The object's key in a request and reply; the list's key is that with an s.</param>
    public async Task<(string Id, bool IsNew)> FindOrMakeAsync(
        string list,
        string kind,
        string create,
        JsonObject wanted,
        CancellationToken cancellationToken
    )
    {
        JsonArray found = (await GetAsync(list, cancellationToken))[$"{kind}s"]!.AsArray();
        if (found.FirstOrDefault(one => !IsInError(one!["status"]?.GetValue<string>())) is { } usable)
        {
            return (usable["id"]!.GetValue<string>(), false);
        }
        var body = new JsonObject { [kind] = wanted };
        JsonNode made = (await AskAsync(HttpMethod.Post, create, body, cancellationToken))![kind]!;
        return (made["id"]!.GetValue<string>(), true);
    }

    /// <summary>Asks until the object is <c>available</c>.</summary>
    /// <exception cref="CommandError">It came into an error.</exception>
    public async Task WaitAsync(string path, string kind, CancellationToken cancellationToken)
    {
        for (string status = ""; status != "available"; )
        {
            await Task.Delay(Pause, time, cancellationToken);
            status = (await GetAsync(path, cancellationToken))[kind]!["status"]!.GetValue<string>();
            if (IsInError(status))
            {
                throw new CommandError(ExitCode.Failed, $"{path} came into {status}; the log says why.");
            }
        }
    }

    public void Dispose() => http.Dispose();

    private static bool IsInError(string? status) => status?.Contains("error", StringComparison.Ordinal) == true;

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage reply = await http.SendAsync(request, cancellationToken);
        if (!reply.IsSuccessStatusCode)
        {
            string text = await reply.Content.ReadAsStringAsync(cancellationToken);
            reply.Dispose();
            throw new CommandError(
                ExitCode.Failed,
                $"{request.Method} {request.RequestUri} gave {(int)reply.StatusCode} {text}"
            );
        }
        return reply;
    }
}
