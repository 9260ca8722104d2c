using System.Text.Json.Nodes;
using Holdfast.Tests.Core;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class TokenTests : IdentityTests
{
    [Fact]
    public async Task A_scoped_token_says_all_that_clients_read()
    {
        string scope = """{"project": {"name": "project", "domain": {"name": "Default"}}}""";
        Answer answer = await Host.SendAsync(
            "POST",
            "auth/tokens",
            IdentityHost.Login("member", IdentityHost.Password, scope)
        );
        Assert.Equal(201, answer.Code);
        Assert.NotEqual("", answer.Header("X-Subject-Token"));
        Assert.Equal("X-Auth-Token", answer.Header("Vary"));
        JsonNode token = answer.Json["token"]!;
        Assert.Equal("""["password"]""", token["methods"]!.ToJsonString());
        Assert.Equal(
            $$$"""{"id":"{{{Host.Users["member"]}}}","name":"member","domain":{"id":"default","name":"Default"},"password_expires_at":null}""",
            token["user"]!.ToJsonString()
        );
        Assert.Equal(
            $$$"""{"id":"{{{Host.Project}}}","name":"project","domain":{"id":"default","name":"Default"}}""",
            token["project"]!.ToJsonString()
        );
        Assert.Equal(["member", "reader"], token["roles"]!.AsArray().Select(role => Text(role!["name"])));
        Assert.False(token["is_domain"]!.GetValue<bool>());
        Assert.Equal("2026-01-02T03:04:05.000000Z", Text(token["issued_at"]));
        Assert.Equal("2026-01-02T04:04:05.000000Z", Text(token["expires_at"]));
        Assert.Matches("^[A-Za-z0-9_-]{22}$", Text(Assert.Single(token["audit_ids"]!.AsArray())));
    }

    [Fact]
    public async Task The_catalogue_has_each_service_at_its_url()
    {
        Answer answer = await Host.SendAsync("GET", "auth/catalog", token: Host.Member);
        Assert.Equal(200, answer.Code);
        JsonArray catalog = answer.Json["catalog"]!.AsArray();
        foreach (
            (string type, string path) in new[]
            {
                ("shared-file-system", "/v2"),
                ("sharev2", "/v2"),
                ("vbs", "/v2"),
                ("vbsv2", $"/v2/{Host.Project}"),
                ("identity", "/identity/v3"),
            }
        )
        {
            JsonArray endpoints = catalog.Single(one => Text(one!["type"]) == type)!["endpoints"]!.AsArray();
            Assert.Equal(["public", "internal", "admin"], endpoints.Select(one => Text(one!["interface"])));
            Assert.All(endpoints, one => Assert.Equal(LocalIdentity.PublicUrl + path, Text(one!["url"])));
            Assert.All(endpoints, one => Assert.Equal("RegionOne", Text(one!["region_id"])));
        }
        Answer login = await Host.SendAsync(201, "POST", "auth/tokens", Member(IdentityHost.InProject(Host.Project)));
        Assert.Equal(catalog.ToJsonString(), login.Json["token"]!["catalog"]!.ToJsonString());
        Answer without = await Host.SendAsync(
            201,
            "POST",
            "auth/tokens?nocatalog",
            Member(IdentityHost.InProject(Host.Project))
        );
        Assert.Null(without.Json["token"]!["catalog"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"unscoped\"")]
    [InlineData("""{"unscoped": {}}""")]
    public async Task An_unscoped_token_has_no_project_roles_or_catalogue(string? scope)
    {
        Answer answer = await Host.SendAsync(201, "POST", "auth/tokens", Member(scope));
        foreach (string member in new[] { "project", "roles", "catalog" })
        {
            Assert.Null(answer.Json["token"]![member]);
        }
        string token = answer.Header("X-Subject-Token")!;
        Assert.Equal(403, (await Host.SendAsync("GET", "auth/catalog", token: token)).Code);
        Assert.Equal(["project"], Names(await Host.SendAsync("GET", "auth/projects", token: token), "projects"));
    }

    [Fact]
    public async Task Without_a_scope_the_default_project_counts_while_there_is_a_role_in_it()
    {
        string id = Host.Users["member"];
        await Host.SendAsync(
            200,
            "PATCH",
            $"users/{id}",
            $$$"""{"user": {"default_project_id": "{{{Host.Project}}}"}}"""
        );
        Answer scoped = await Host.SendAsync(201, "POST", "auth/tokens", Member(null));
        Assert.Equal(Host.Project, Text(scoped.Json["token"]!["project"]!["id"]));
        Answer unscoped = await Host.SendAsync(201, "POST", "auth/tokens", Member("\"unscoped\""));
        Assert.Null(unscoped.Json["token"]!["project"]);
        await Host.SendAsync(204, "DELETE", $"projects/{Host.Project}/users/{id}/roles/{Host.Roles["member"]}");
        Answer without = await Host.SendAsync(201, "POST", "auth/tokens", Member(null));
        Assert.Null(without.Json["token"]!["project"]);
    }

    [Fact]
    public async Task A_token_can_be_had_for_a_token()
    {
        string body = $$$"""
            {"auth": {"identity": {"methods": ["token"], "token": {"id": "{{{Host.Member}}}"}},
                "scope": {{{IdentityHost.InProject(Host.Project)}}} }}
            """;
        Answer answer = await Host.SendAsync("POST", "auth/tokens", body);
        Assert.Equal(201, answer.Code);
        Assert.Equal("""["token","password"]""", answer.Json["token"]!["methods"]!.ToJsonString());
        Assert.Equal(2, answer.Json["token"]!["audit_ids"]!.AsArray().Count);
        Assert.Equal(200, (await Host.SendAsync("GET", "auth/projects", token: answer.Header("X-Subject-Token"))).Code);
    }

    [Fact]
    public async Task A_token_shows_itself_and_an_administrator_any()
    {
        foreach (string reader in new[] { Host.Member, Host.Admin })
        {
            Answer shown = await InspectAsync("GET", reader, Host.Member);
            Assert.Equal(200, shown.Code);
            Assert.Equal(Host.Member, shown.Header("X-Subject-Token"));
            Assert.Equal("member", Text(shown.Json["token"]!["user"]!["name"]));
            Answer head = await InspectAsync("HEAD", reader, Host.Member);
            Assert.Equal((200, ""), (head.Code, head.Text));
        }
        AssertError(await InspectAsync("GET", Host.Member, Host.Reader), 403, "Forbidden");
        AssertError(await InspectAsync("DELETE", Host.Member, Host.Reader), 403, "Forbidden");
        AssertError(await InspectAsync("GET", Host.Admin, "nonsense"), 404, "Not Found");
        AssertError(await InspectAsync("GET", Host.Admin, null), 404, "Not Found");
        AssertError(await InspectAsync("GET", null, Host.Member), 401, "Unauthorized");
    }

    [Fact]
    public async Task A_deleted_token_is_let_in_nowhere()
    {
        Assert.Equal(204, (await InspectAsync("DELETE", Host.Member, Host.Member)).Code);
        Assert.Equal(401, (await Host.SendAsync("GET", "auth/projects", token: Host.Member)).Code);
        Assert.Equal(401, (await Host.SendAsync("GET", "/v2/", token: Host.Member)).Code);
        Assert.Equal(404, (await InspectAsync("GET", Host.Admin, Host.Member)).Code);
        Assert.Equal(404, (await InspectAsync("DELETE", Host.Admin, Host.Member)).Code);
    }

    [Fact]
    public async Task A_token_opens_the_other_apis_until_it_expires()
    {
        Assert.Equal(200, (await Host.SendAsync("GET", "/v2/", token: Host.Reader)).Code);
        Host.Time.Advance(TimeSpan.FromHours(1));
        Answer late = await Host.SendAsync("GET", "/v2/", token: Host.Reader);
        AssertError(late, 401, "Unauthorized");
        Assert.Equal("The request you have made requires authentication.", Text(late.Json["error"]!["message"]));
    }

    [Fact]
    public async Task Whatever_is_wrong_with_a_login_the_answer_is_the_same()
    {
        string project = IdentityHost.InProject(Host.Project);
        string[] wrong =
        [
            IdentityHost.Login("member", "not the password", project),
            IdentityHost.Login("nobody", IdentityHost.Password, project),
            IdentityHost.Login("MEMBER", IdentityHost.Password, project),
            IdentityHost.Login("member", "", project),
            Member(IdentityHost.InProject(Host.OtherProject)),
            Member(IdentityHost.InProject("nothing")),
            Member("""{"project": {"name": "other", "domain": {"id": "default"}}}"""),
            Member("""{"project": {"name": "project", "domain": {"id": "elsewhere"}}}"""),
            Member("""{"domain": {"id": "default"}}"""),
            Member("""{"system": {"all": true}}"""),
            Member("{}"),
            IdentityHost.Login("member", IdentityHost.Password, project).Replace("\"default\"", "\"elsewhere\""),
        ];
        HashSet<string> bodies = [];
        foreach (string body in wrong)
        {
            Answer answer = await Host.SendAsync("POST", "auth/tokens", body);
            AssertError(answer, 401, "Unauthorized");
            bodies.Add(answer.Text);
            Assert.Null(answer.Header("X-Subject-Token"));
        }
        Assert.Single(bodies);
    }

    [Fact]
    public async Task A_disabled_user_or_project_lets_nobody_in()
    {
        await Host.SendAsync(200, "PATCH", $"projects/{Host.Project}", """{"project": {"enabled": false}}""");
        Assert.Equal(401, (await LoginAsync(IdentityHost.InProject(Host.Project))).Code);
        Assert.Equal(201, (await LoginAsync(null)).Code);
        await Host.SendAsync(200, "PATCH", $"users/{Host.Users["member"]}", """{"user": {"enabled": false}}""");
        Assert.Equal(401, (await LoginAsync(null)).Code);
    }

    [Fact]
    public async Task A_user_without_a_password_cannot_log_in()
    {
        await Host.CreateAsync("user", """ "name": "silent" """);
        Answer answer = await Host.SendAsync("POST", "auth/tokens", IdentityHost.Login("silent", ""));
        AssertError(answer, 401, "Unauthorized");
    }

    [Fact]
    public async Task Failed_logins_of_one_user_are_slowed_down_and_others_are_not()
    {
        Answer answer = await GuessAsync("member", 11);
        AssertError(answer, 429, "Too Many Requests");
        Assert.Equal("5", answer.Header("Retry-After"));
        // Also with the right password: else one more guess would tell.
        Assert.Equal(429, (await LoginAsync(null)).Code);
        Answer other = await Host.SendAsync("POST", "auth/tokens", IdentityHost.Login("reader", IdentityHost.Password));
        Assert.Equal(201, other.Code);
        Host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(201, (await LoginAsync(null)).Code);
    }

    [Fact]
    public async Task A_user_that_is_not_there_is_slowed_down_just_the_same() =>
        AssertError(await GuessAsync("nobody", 11), 429, "Too Many Requests");

    [Fact]
    public async Task Guessing_across_users_is_slowed_down_by_address()
    {
        for (int name = 0; name < 10; name++)
        {
            await GuessAsync($"name {name}", 10);
        }
        AssertError(await GuessAsync("another name", 1), 429, "Too Many Requests");
    }

    private async Task<Answer> GuessAsync(string user, int times)
    {
        Answer last = null!;
        for (int guess = 0; guess < times; guess++)
        {
            last = await Host.SendAsync("POST", "auth/tokens", IdentityHost.Login(user, $"guess {guess}"));
        }
        return last;
    }

    private static string Member(string? scope) => IdentityHost.Login("member", IdentityHost.Password, scope);

    private Task<Answer> LoginAsync(string? scope) => Host.SendAsync("POST", "auth/tokens", Member(scope));

    private async Task<Answer> InspectAsync(string method, string? token, string? subject)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), IdentityHost.V3 + "/auth/tokens");
        if (token is not null)
        {
            request.Headers.Add("X-Auth-Token", token);
        }
        if (subject is not null)
        {
            request.Headers.Add("X-Subject-Token", subject);
        }
        using HttpResponseMessage response = await Host.Client.SendAsync(request);
        return new Answer(
            response.StatusCode,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value)),
            await response.Content.ReadAsStringAsync()
        );
    }
}
