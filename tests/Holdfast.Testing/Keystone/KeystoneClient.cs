using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Testing.Keystone;

/// <summary>What a token is for.</summary>
public enum KeystoneScope
{
    None,
    Project,
    Domain,
    System,
}

/// <summary>One user of Keystone's default domain, who signs in with the first request; what is made lies in that domain.</summary>
public sealed class KeystoneClient(Uri url, string user, string password, string project) : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private string? token;

    /// <summary>A token of anybody's.</summary>
    /// <param name="name">The project's name, for a token of a project.</param>
    public async Task<string> SignInAsync(
        string user,
        string password,
        KeystoneScope kind = KeystoneScope.Project,
        string? name = null
    )
    {
        JsonObject login = new()
        {
            ["name"] = user,
            ["password"] = password,
            ["domain"] = Default(),
        };
        JsonObject auth = new()
        {
            ["scope"] = kind switch
            {
                KeystoneScope.Project => new JsonObject
                {
                    ["project"] = new JsonObject { ["name"] = name, ["domain"] = Default() },
                },
                KeystoneScope.Domain => new JsonObject { ["domain"] = Default() },
                KeystoneScope.System => new JsonObject { ["system"] = new JsonObject { ["all"] = true } },
                _ => "unscoped",
            },
        };
        return await SignInAsync("password", new JsonObject { ["user"] = login }, auth);
    }

    /// <summary>A token for an application credential, which has a scope of its own.</summary>
    public Task<string> SignInWithCredentialAsync(string id, string secret) =>
        SignInAsync("application_credential", new() { ["id"] = id, ["secret"] = secret }, []);

    /// <returns>The project's id.</returns>
    public Task<string> MakeProjectAsync(string name) => MakeAsync("project", new() { ["name"] = name });

    /// <returns>The user's id.</returns>
    public Task<string> MakeUserAsync(string name, string password) =>
        MakeAsync("user", new() { ["name"] = name, ["password"] = password });

    /// <summary>Gives a user a role in a project; the role is made if there is none of that name.</summary>
    public async Task GrantAsync(string projectId, string userId, string role) =>
        await AskAsync(HttpMethod.Put, $"projects/{projectId}/users/{userId}/roles/{await RoleAsync(role)}");

    /// <summary>Takes the role away again.</summary>
    public async Task RevokeAsync(string projectId, string userId, string role) =>
        await AskAsync(HttpMethod.Delete, $"projects/{projectId}/users/{userId}/roles/{await RoleAsync(role)}");

    /// <summary>Gives a user a role in the whole system.</summary>
    public async Task GrantSystemAsync(string userId, string role) =>
        await AskAsync(HttpMethod.Put, $"system/users/{userId}/roles/{await RoleAsync(role)}");

    /// <summary>Gives a user a role in the default domain.</summary>
    public async Task GrantDomainAsync(string userId, string role) =>
        await AskAsync(HttpMethod.Put, $"domains/default/users/{userId}/roles/{await RoleAsync(role)}");

    /// <summary>Changes a user or a project, named as in <c>users/{id}</c>.</summary>
    public async Task ChangeAsync(string path, string noun, JsonObject change) =>
        await AskAsync(HttpMethod.Patch, path, new JsonObject { [noun] = change });

    /// <summary>Ends a token.</summary>
    public Task RevokeTokenAsync(string subject) => AskAsync(HttpMethod.Delete, "auth/tokens", null, subject);

    /// <summary>Sends a request as this client's user, which must succeed.</summary>
    /// <param name="path">Beneath the API's version.</param>
    /// <param name="subject">The token that the request is about.</param>
    /// <returns>Null when the answer is empty.</returns>
    public async Task<JsonNode?> AskAsync(
        HttpMethod method,
        string path,
        JsonObject? body = null,
        string? subject = null
    )
    {
        token ??= await SignInAsync(user, password, KeystoneScope.Project, project);
        using var request = new HttpRequestMessage(method, $"{url}/{path}")
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        request.Headers.Add("X-Auth-Token", token);
        if (subject is not null)
        {
            request.Headers.Add("X-Subject-Token", subject);
        }
        using HttpResponseMessage reply = await http.SendAsync(request);
        await CheckAsync(reply, method.Method, path);
        string text = await reply.Content.ReadAsStringAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public void Dispose() => http.Dispose();

    private async Task<string> SignInAsync(string method, JsonObject shown, JsonObject auth)
    {
        auth["identity"] = new JsonObject { ["methods"] = new JsonArray(method), [method] = shown };
        using HttpResponseMessage reply = await http.PostAsJsonAsync(
            $"{url}/auth/tokens",
            new JsonObject { ["auth"] = auth }
        );
        await CheckAsync(reply, "POST", "auth/tokens");
        return reply.Headers.GetValues("X-Subject-Token").Single();
    }

    private async Task<string> RoleAsync(string name)
    {
        JsonNode found = (await AskAsync(HttpMethod.Get, $"roles?name={name}"))!["roles"]!;
        return found.AsArray().Count > 0
            ? found[0]!["id"]!.GetValue<string>()
            : await MakeAsync("role", new JsonObject { ["name"] = name });
    }

    private async Task<string> MakeAsync(string noun, JsonObject wanted) =>
        (await AskAsync(HttpMethod.Post, $"{noun}s", new JsonObject { [noun] = wanted }))![noun]![
            "id"
        ]!.GetValue<string>();

    private static JsonObject Default() => new() { ["id"] = "default" };

    private static async Task CheckAsync(HttpResponseMessage reply, string method, string path)
    {
        if (!reply.IsSuccessStatusCode)
        {
            string text = await reply.Content.ReadAsStringAsync();
            throw new InvalidOperationException($"Keystone, {method} {path}: {(int)reply.StatusCode} {text}");
        }
    }
}
