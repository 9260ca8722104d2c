using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Client;

/// <summary>
/// Signed in to a cloud: asks the native API of the Holdfast that its catalogue names. What is refused or cannot be
/// reached is a <see cref="CommandError"/> with the service's own words and an exit code that tells which.
/// </summary>
internal sealed class CloudSession : IDisposable
{
    private static readonly string[] ServiceTypes = ["shared-file-system", "sharev2"];

    private readonly Cloud cloud;
    private readonly HttpClient http;
    private string token = "";
    private Uri? native;

    private CloudSession(Cloud cloud)
    {
        this.cloud = cloud;
        http = new HttpClient(Handler(cloud))
        {
            Timeout = TimeSpan.FromMinutes(1),
            MaxResponseContentBufferSize = 64 << 20,
        };
    }

    public static async Task<CloudSession> SignInAsync(Cloud cloud, CancellationToken cancellationToken)
    {
        CloudSession session = new(cloud);
        try
        {
            await session.SignInAsync(cancellationToken);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <param name="path">Beneath <c>/api/v1/</c>, with its query.</param>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        CliJson.Read<T>(await AskAsync(HttpMethod.Get, path, null, cancellationToken));

    /// <inheritdoc cref="GetAsync"/>
    public Task<T> PostAsync<T>(string path, CancellationToken cancellationToken) =>
        PostAsync<T>(path, null, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> PostAsync<T>(string path, JsonObject? body, CancellationToken cancellationToken) =>
        CliJson.Read<T>(await AskAsync(HttpMethod.Post, path, body, cancellationToken));

    /// <summary>Of what has nothing to answer.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task PostAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, path, null, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> PatchAsync<T>(string path, JsonObject body, CancellationToken cancellationToken) =>
        CliJson.Read<T>(await AskAsync(HttpMethod.Patch, path, body, cancellationToken));

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> DeleteAsync<T>(string path, CancellationToken cancellationToken) =>
        CliJson.Read<T>(await AskAsync(HttpMethod.Delete, path, null, cancellationToken));

    /// <summary>Of what has nothing to answer.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>The answer, its bytes yet to be read. The caller disposes it.</summary>
    /// <param name="path">Beneath <c>/api/v1/</c>, with its query.</param>
    public async Task<HttpResponseMessage> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        HttpResponseMessage reply = await AskAsync(
            HttpMethod.Get,
            path,
            null,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        if (reply.IsSuccessStatusCode)
        {
            return reply;
        }
        using (reply)
        {
            throw Refusal(reply, await reply.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<string> AskAsync(
        HttpMethod method,
        string path,
        JsonObject? body,
        CancellationToken cancellationToken
    )
    {
        using HttpResponseMessage reply = await AskAsync(
            method,
            path,
            body,
            HttpCompletionOption.ResponseContentRead,
            cancellationToken
        );
        string text = await reply.Content.ReadAsStringAsync(cancellationToken);
        return reply.IsSuccessStatusCode ? text : throw Refusal(reply, text);
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        string path,
        JsonObject? body,
        HttpCompletionOption completion,
        CancellationToken cancellationToken
    )
    {
        for (bool again = SignIn.IsRepeatable(cloud); ; again = false)
        {
            using HttpRequestMessage request = new(method, new Uri(native!, path));
            request.Headers.Add("X-Auth-Token", token);
            request.Content = body is null ? null : Json(body);
            HttpResponseMessage reply = await SendAsync(request, completion, cancellationToken);
            if (reply.StatusCode != HttpStatusCode.Unauthorized || !again)
            {
                return reply;
            }
            reply.Dispose();
            // A token lives an hour, and a wait may be longer.
            await SignInAsync(cancellationToken);
        }
    }

    private async Task SignInAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cloud.AuthUrl + "/auth/tokens"));
        request.Content = Json(SignIn.Body(cloud));
        using HttpResponseMessage reply = await SendAsync(
            request,
            HttpCompletionOption.ResponseContentRead,
            cancellationToken
        );
        string text = await reply.Content.ReadAsStringAsync(cancellationToken);
        if (reply.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new CommandError(
                ExitCode.WrongPassword,
                $"{Shown(cloud.AuthUrl)} refused the sign-in",
                $"Check user, password and project of {cloud.Name}."
            );
        }
        if (
            !reply.IsSuccessStatusCode
            || !reply.Headers.TryGetValues("X-Subject-Token", out IEnumerable<string>? tokens)
        )
        {
            throw Refusal(reply, text);
        }
        token = tokens.First();
        native = NativeUrl(ServiceUrl(JsonText(text)?["token"]?["catalog"]));
    }

    private string ServiceUrl(JsonNode? catalog)
    {
        var endpoints =
            from type in ServiceTypes
            from service in (catalog as JsonArray) ?? []
            where Text(service, "type") == type
            from endpoint in service?["endpoints"] as JsonArray ?? []
            where Text(endpoint, "interface") == cloud.Interface
            where cloud.Region is not { } region || region == (Text(endpoint, "region_id") ?? Text(endpoint, "region"))
            select Text(endpoint, "url");
        return endpoints.FirstOrDefault()
            ?? throw new CommandError(
                ExitCode.Failed,
                $"the catalogue of {cloud.Name} has no {cloud.Interface} endpoint of a service '{ServiceTypes[0]}'"
                    + (cloud.Region is { } region ? $" in region '{region}'" : ""),
                "Check OS_REGION_NAME, OS_INTERFACE and the project."
            );
    }

    /// <summary>The catalogue names Manila's API, <c>…/v2</c>, perhaps with a project behind; ours lies beside it.</summary>
    internal static Uri NativeUrl(string service)
    {
        Uri url = new(service);
        string path = url.AbsolutePath.TrimEnd('/') + "/";
        int version = path.LastIndexOf("/v2/", StringComparison.Ordinal);
        return new Uri(url, (version < 0 ? path : path[..(version + 1)]) + "api/v1/");
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        HttpCompletionOption completion,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(request.RequestUri!, (error.InnerException ?? error).Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(request.RequestUri!, "no answer within a minute");
        }
    }

    private static StringContent Json(JsonObject body) =>
        new(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static CommandError Unreachable(Uri url, string why) =>
        new(
            ExitCode.Unreachable,
            $"{Shown(url)} cannot be reached: {why}",
            "Check that the service runs, and the address in OS_AUTH_URL, clouds.yaml or the catalogue."
        );

    /// <summary>The service's own words, in whichever shape: a problem document, Keystone's error or Manila's fault.</summary>
    private static CommandError Refusal(HttpResponseMessage reply, string text)
    {
        JsonNode? json = JsonText(text);
        string said =
            Text(json, "detail")
            ?? Text((json as JsonObject)?.FirstOrDefault().Value, "message")
            ?? $"{Shown(reply.RequestMessage!.RequestUri!)} answered what this program does not understand";
        int code = reply.StatusCode switch
        {
            HttpStatusCode.NotFound => ExitCode.NotFound,
            HttpStatusCode.Unauthorized => ExitCode.WrongPassword,
            >= HttpStatusCode.InternalServerError => ExitCode.Unreachable,
            _ => ExitCode.Failed,
        };
        string? id = reply.Headers.TryGetValues("x-openstack-request-id", out var ids) ? ids.First() : null;
        return new CommandError(
            code,
            $"{said} (HTTP {(int)reply.StatusCode})",
            id is null || code != ExitCode.Unreachable ? null : $"The service's log has it under {id}."
        );
    }

    private static string Shown(Uri url) =>
        url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string? Text(JsonNode? node, string name) =>
        node is JsonObject json && json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static JsonNode? JsonText(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HttpClientHandler Handler(Cloud cloud)
    {
        // A redirect could carry password or token to another host.
        HttpClientHandler handler = new() { AllowAutoRedirect = false };
        if (cloud.CaCertificates is not { } file)
        {
            return handler;
        }
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"the certificates of OS_CACERT, {file}, cannot be read: {error.Message}"
            );
        }
#pragma warning disable MA0039 // The usual validation, with the authorities that the cloud names.
        handler.ServerCertificateCustomValidationCallback = (_, shown, chain, problems) =>
            Trusts(authorities, shown, chain, problems);
#pragma warning restore MA0039
        return handler;
    }

    private static bool Trusts(
        X509Certificate2Collection authorities,
        X509Certificate2? shown,
        X509Chain? chain,
        SslPolicyErrors problems
    )
    {
        // Only who signed it is judged anew: a name that does not fit stays wrong.
        if (
            shown is null
            || chain is null
            || (problems & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None
        )
        {
            return false;
        }
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        return chain.Build(shown);
    }
}
