using System.Text.Json.Nodes;
using Holdfast.Core.Access;
using Holdfast.Testing;
using Holdfast.Tests.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

/// <summary>The HTTP floor with real local identity beneath it, and a project with a user of each role.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    public const string V3 = "/identity/v3";
    public const string Password = "a password";

    private readonly LocalIdentity identity;
    private readonly ApiHost api;

    private IdentityHost(LocalIdentity identity, ApiHost api)
    {
        this.identity = identity;
        this.api = api;
    }

    public ManualTime Time => identity.Time;
    public string Admin { get; private set; } = "";
    public string Member { get; private set; } = "";
    public string Reader { get; private set; } = "";
    public string Stranger { get; private set; } = "";
    public string Project { get; private set; } = "";
    public string OtherProject { get; private set; } = "";
    public IReadOnlyDictionary<string, string> Roles { get; private set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Users { get; private set; } = new Dictionary<string, string>();

    public static async Task<IdentityHost> StartAsync()
    {
        LocalIdentity local = new();
        ApiHost http = await ApiHost.StartAsync(services =>
        {
            services.RemoveAll<ITokenValidator>();
            local.AddTo(services);
        });
        IdentityHost host = new(local, http);
        await local.StartAsync(http.Services);
        await host.FillAsync();
        return host;
    }

    public Task<Answer> SendAsync(string method, string path, string? body = null, string? token = null) =>
        api.SendAsync(
            method,
            path.StartsWith('/') ? path : $"{V3}/{path}",
            body,
            token,
            version: null,
            experimental: null
        );

    /// <summary>Sends and expects the status.</summary>
    public async Task<Answer> SendAsync(
        int status,
        string method,
        string path,
        string? body = null,
        string? token = null
    )
    {
        Answer answer = await SendAsync(method, path, body, token ?? Admin);
        Assert.True(status == answer.Code, $"{method} {path}: {answer.Code} {answer.Text}");
        return answer;
    }

    public HttpClient Client => api.Client;

    public IReadOnlyCollection<string> Errors => api.Errors;

    /// <summary>The body of a login by password.</summary>
    /// <param name="scope">JSON; null says none.</param>
    public static string Login(string user, string password, string? scope = null)
    {
        JsonObject auth = new()
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("password"),
                ["password"] = new JsonObject
                {
                    ["user"] = new JsonObject
                    {
                        ["name"] = user,
                        ["domain"] = new JsonObject { ["id"] = "default" },
                        ["password"] = password,
                    },
                },
            },
        };
        if (scope is not null)
        {
            auth["scope"] = JsonNode.Parse(scope);
        }
        return new JsonObject { ["auth"] = auth }.ToJsonString();
    }

    public static string InProject(string id) => $$$"""{"project": {"id": "{{{id}}}"}}""";

    public async Task<string> LoginAsync(string user, string password, string? scope = null)
    {
        Answer answer = await SendAsync("POST", "auth/tokens", Login(user, password, scope));
        Assert.True(answer.Code == 201, answer.Text);
        return answer.Header("X-Subject-Token")!;
    }

    public async Task<string> CreateAsync(string kind, string members)
    {
        Answer answer = await SendAsync(201, "POST", $"{kind}s", $$$"""{"{{{kind}}}": { {{{members}}} }}""");
        return answer.Json[kind]!["id"]!.GetValue<string>();
    }

    private async Task FillAsync()
    {
        Admin = await LoginAsync("admin", LocalIdentity.AdminPassword);
        Roles = (await SendAsync(200, "GET", "roles")).Json["roles"]!
            .AsArray()
            .ToDictionary(role => role!["name"]!.GetValue<string>(), role => role!["id"]!.GetValue<string>());
        Project = await CreateAsync("project", """ "name": "project" """);
        OtherProject = await CreateAsync("project", """ "name": "other" """);
        Users = new Dictionary<string, string>
        {
            ["member"] = await AddUserAsync("member", Project, "member"),
            ["reader"] = await AddUserAsync("reader", Project, "reader"),
            ["stranger"] = await AddUserAsync("stranger", OtherProject, "member"),
        };
        Member = await LoginAsync("member", Password, InProject(Project));
        Reader = await LoginAsync("reader", Password, InProject(Project));
        Stranger = await LoginAsync("stranger", Password, InProject(OtherProject));
    }

    private async Task<string> AddUserAsync(string name, string project, string role)
    {
        string id = await CreateAsync("user", $""" "name": "{name}", "password": "{Password}" """);
        await SendAsync(204, "PUT", $"projects/{project}/users/{id}/roles/{Roles[role]}");
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await identity.DisposeAsync();
    }
}
