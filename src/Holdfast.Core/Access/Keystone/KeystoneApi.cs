using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Core.Access.Keystone;

/// <summary>
/// The calls to Keystone that are made: sign in, ask about a token, and what people need to sign in with. Straight to its URL, by no proxy and after no
/// redirect, for what is sent opens doors; certificates are verified; what an answer may hold is bounded.
/// </summary>
internal sealed class KeystoneApi : IDisposable
{
    // What is asked at once. A flood of requests with tokens that nobody has seen waits here, and Keystone is spared.
    private const int MaxConnections = 16;

    // A Keystone that is reachable takes a connection at once, however busy it is.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // Without its catalogue, a token with hundreds of roles is described in less.
    private const int MaxAnswerBytes = 256 * 1024;

    private const string SubjectToken = "X-Subject-Token";

    private readonly KeystoneOptions options;
    private readonly HttpClient http;

    public KeystoneApi(KeystoneOptions options)
    {
        this.options = options;
        http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectTimeout = ConnectTimeout,
                MaxConnectionsPerServer = MaxConnections,
                // A name may lead elsewhere by and by.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            }
        )
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Signs the service's own user in.</summary>
    /// <exception cref="KeystoneError"/>
    public async Task<ServiceToken> SignInAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{options.Url}/auth/tokens?nocatalog")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Login())),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        if (reply.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new KeystoneError(
                KeystoneErrorKind.LoginRefused,
                $"Keystone does not let {options} in ({(int)reply.StatusCode}). Check HOLDFAST_KEYSTONE__USERNAME, "
                    + "__PASSWORD, __PROJECT, __USER_DOMAIN and __PROJECT_DOMAIN, and the user's role in the project."
            );
        }
        if (
            reply.StatusCode != HttpStatusCode.Created
            || !reply.Headers.TryGetValues(SubjectToken, out IEnumerable<string>? text)
        )
        {
            throw Unexpected(reply, "a login");
        }
        return KeystoneAnswers.ReadServiceToken(text.First(), await ReadAsync(reply, cancellationToken));
    }

    /// <param name="own">The service's own token.</param>
    /// <param name="token">The token asked about.</param>
    /// <param name="evenExpired">Whether it may have expired, not longer ago than Keystone allows.</param>
    /// <returns>Null when it is no good.</returns>
    /// <exception cref="KeystoneError"/>
    public async Task<ValidToken?> DescribeAsync(
        string own,
        string token,
        bool evenExpired,
        CancellationToken cancellationToken
    )
    {
        string query = evenExpired ? "?nocatalog&allow_expired=1" : "?nocatalog";
        using HttpRequestMessage request = new(HttpMethod.Get, $"{options.Url}/auth/tokens{query}");
        request.Headers.TryAddWithoutValidation("X-Auth-Token", own);
        request.Headers.TryAddWithoutValidation(SubjectToken, token);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        return reply.StatusCode switch
        {
            HttpStatusCode.OK => KeystoneAnswers.ReadToken(await ReadAsync(reply, cancellationToken)),
            HttpStatusCode.NotFound => null,
            HttpStatusCode.Unauthorized => throw new KeystoneError(
                KeystoneErrorKind.TokenRefused,
                "Keystone does not take the service's own token."
            ),
            HttpStatusCode.Forbidden => throw new KeystoneError(
                KeystoneErrorKind.Away,
                $"Keystone does not let {options} ask about tokens: give the user the role 'service' in its project."
            ),
            _ => throw Unexpected(reply, "a question about a token"),
        };
    }

    /// <summary>Signs a person in: with a password, or with a token for one of a project.</summary>
    /// <param name="identity">The member <c>identity</c> of the request.</param>
    /// <param name="scope">The member <c>scope</c>; null leaves it to the user's default project.</param>
    /// <returns>A token; null when Keystone lets nobody in by that.</returns>
    /// <exception cref="KeystoneError"/>
    public async Task<string?> SignInAsync(JsonObject identity, JsonObject? scope, CancellationToken cancellationToken)
    {
        JsonObject auth = new() { ["identity"] = identity };
        if (scope is not null)
        {
            auth["scope"] = scope;
        }
        using HttpRequestMessage request = new(HttpMethod.Post, $"{options.Url}/auth/tokens?nocatalog")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["auth"] = auth })),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        return reply.StatusCode switch
        {
            HttpStatusCode.Created when reply.Headers.TryGetValues(SubjectToken, out IEnumerable<string>? text) =>
                text.First(),
            // A name or password that Keystone finds malformed is nobody's either.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest => null,
            _ => throw Unexpected(reply, "a login"),
        };
    }

    /// <summary>What a token's owner may know of it, with the names; null when it is no good.</summary>
    /// <exception cref="KeystoneError"/>
    public async Task<(string User, string? Project)?> NamesAsync(string token, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = OwnRequest(HttpMethod.Get, "/auth/tokens?nocatalog", token);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        return reply.StatusCode switch
        {
            HttpStatusCode.OK => KeystoneAnswers.ReadNames(await ReadAsync(reply, cancellationToken)),
            HttpStatusCode.NotFound or HttpStatusCode.Unauthorized => null,
            _ => throw Unexpected(reply, "a question about a token"),
        };
    }

    /// <summary>The projects that the token's owner may have a token for.</summary>
    /// <exception cref="KeystoneError"/>
    public async Task<IReadOnlyList<ProjectChoice>> ProjectsAsync(string token, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = OwnRequest(HttpMethod.Get, "/auth/projects", token);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        return reply.StatusCode switch
        {
            HttpStatusCode.OK => KeystoneAnswers.ReadProjects(await ReadAsync(reply, cancellationToken)),
            HttpStatusCode.Unauthorized => [],
            _ => throw Unexpected(reply, "a question about projects"),
        };
    }

    /// <summary>Has Keystone revoke a token, which its owner may; one that is over already is no error.</summary>
    /// <exception cref="KeystoneError"/>
    public async Task RevokeAsync(string token, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = OwnRequest(HttpMethod.Delete, "/auth/tokens", token);
        using HttpResponseMessage reply = await SendAsync(request, cancellationToken);
        if (
            reply.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized)
        )
        {
            throw Unexpected(reply, "the revocation of a token");
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>A request that a token's owner makes, about the token where the call is about one.</summary>
    private HttpRequestMessage OwnRequest(HttpMethod method, string path, string token)
    {
        HttpRequestMessage request = new(method, $"{options.Url}{path}");
        request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        request.Headers.TryAddWithoutValidation(SubjectToken, token);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            // The reason of the reason, where there is one, is the telling one: a certificate's, a socket's.
            string why = error.InnerException?.Message ?? error.Message;
            throw new KeystoneError(KeystoneErrorKind.Away, $"Keystone at {options.Url} cannot be asked: {why}", error);
        }
    }

    private static Task<byte[]> ReadAsync(HttpResponseMessage reply, CancellationToken cancellationToken) =>
        reply.Content.ReadAsByteArrayAsync(cancellationToken);

    private KeystoneError Unexpected(HttpResponseMessage reply, string what) =>
        new(KeystoneErrorKind.Away, $"Keystone at {options.Url} answers {what} with {(int)reply.StatusCode}.");

    private JsonObject Login()
    {
        JsonObject user = new()
        {
            ["name"] = options.Username,
            ["password"] = options.Password,
            ["domain"] = Domain(options.UserDomain),
        };
        JsonObject project = new() { ["name"] = options.Project, ["domain"] = Domain(options.ProjectDomain) };
        JsonObject identity = new()
        {
            ["methods"] = new JsonArray("password"),
            ["password"] = new JsonObject { ["user"] = user },
        };
        JsonObject auth = new()
        {
            ["identity"] = identity,
            ["scope"] = new JsonObject { ["project"] = project },
        };
        return new JsonObject { ["auth"] = auth };
    }

    public static JsonObject Domain(string domain) => new() { [domain == "default" ? "id" : "name"] = domain };
}
