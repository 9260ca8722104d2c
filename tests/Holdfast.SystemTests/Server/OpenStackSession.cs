using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.SystemTests.Server;

/// <summary>One user signed in to one project: sends requests with the token and Manila's version headers.</summary>
public sealed class OpenStackSession : IDisposable
{
    /// <summary>The first microversion that can restore into another share.</summary>
    public const string Microversion = "2.91";

    private readonly HttpClient http;

    private OpenStackSession(HttpClient http, string token, string projectId) =>
        (this.http, Token, ProjectId) = (http, token, projectId);

    public string Token { get; }

    /// <summary>Sent with every request.</summary>
    public string Version { get; set; } = Microversion;

    public string ProjectId { get; }

    /// <summary>With a token that was got elsewhere.</summary>
    public static OpenStackSession With(Uri service, string token, string projectId) =>
        new(new HttpClient { BaseAddress = service, Timeout = TimeSpan.FromMinutes(2) }, token, projectId);

    /// <summary>The same user, with the same token, at another node.</summary>
    public OpenStackSession At(HoldfastServer node) => With(node.Url, Token, ProjectId);

    /// <summary>Signs in with a password, scoped to a project, both of the default domain.</summary>
    public static async Task<OpenStackSession> SignInAsync(Uri service, string user, string password, string project)
    {
        var client = new HttpClient { BaseAddress = service, Timeout = TimeSpan.FromMinutes(2) };
        var domain = new { id = "default" };
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
                            domain,
                        },
                    },
                },
                scope = new { project = new { name = project, domain } },
            },
        };
        using HttpResponseMessage response = await client.PostAsync("/identity/v3/auth/tokens", Json(body));
        Reply reply = (await Reply.ReadAsync(response)).Checked();
        string token = response.Headers.GetValues("X-Subject-Token").Single();
        return new OpenStackSession(client, token, reply["token"]["project"]!["id"]!.GetValue<string>());
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Reply> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>The answer with its bytes unread. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(
        string path,
        RangeHeaderValue? range = null,
        EntityTagHeaderValue? known = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Auth-Token", Token);
        request.Headers.Range = range;
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public void Dispose() => http.Dispose();

    private async Task<Reply> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json(body) };
        request.Headers.Add("X-Auth-Token", Token);
        request.Headers.Add("X-OpenStack-Manila-API-Version", Version);
        request.Headers.Add("X-OpenStack-Manila-API-Experimental", "True");
        using HttpResponseMessage response = await http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    private static StringContent Json(object body)
    {
        string text = body as string ?? System.Text.Json.JsonSerializer.Serialize(body);
        return new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
    }
}
