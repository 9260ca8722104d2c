using System.Net;
using System.Text;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

/// <summary>Who may do what, URL by URL; and what no body, however broken, may cause.</summary>
public sealed class RefusalTests : IdentityTests
{
    private static readonly string[] OfTheAdministrator =
    [
        "GET projects",
        "POST projects",
        "PATCH projects/{project}",
        "DELETE projects/{project}",
        "GET users",
        "POST users",
        "PATCH users/{user}",
        "DELETE users/{user}",
        "GET roles",
        "POST roles",
        "GET roles/{role}",
        "PATCH roles/{role}",
        "DELETE roles/{role}",
        "GET role_assignments",
        "GET projects/{project}/users/{user}/roles",
        "GET projects/{project}/users/{user}/roles/{role}",
        "PUT projects/{project}/users/{user}/roles/{role}",
        "DELETE projects/{project}/users/{user}/roles/{role}",
        "GET domains",
        "GET services",
        "GET services/x",
        "GET endpoints",
        "GET endpoints/x",
    ];

    private static readonly string[] OfEveryoneWithAToken =
    [
        "GET auth/tokens",
        "DELETE auth/tokens",
        "GET auth/catalog",
        "GET auth/projects",
        "GET projects/{project}",
        "GET users/{user}",
        "GET users/{user}/projects",
        "GET regions",
        "GET regions/RegionOne",
        "GET domains/default",
    ];

    [Fact]
    public async Task Only_the_administrator_manages()
    {
        foreach (string call in OfTheAdministrator)
        {
            foreach (string token in new[] { Host.Member, Host.Reader, Host.Stranger })
            {
                (string method, string path) = Parse(call);
                // Before the body is looked at: whoever may not is not told what would be right.
                AssertError(await Host.SendAsync(method, path, "{", token), 403, "Forbidden");
            }
        }
    }

    [Fact]
    public async Task Nobody_is_let_in_without_a_token()
    {
        foreach (string call in OfTheAdministrator.Concat(OfEveryoneWithAToken))
        {
            (string method, string path) = Parse(call);
            foreach (string? token in new[] { null, "", "nonsense", Host.Member[..^1], Host.Member + "x" })
            {
                AssertError(await Host.SendAsync(method, path, "{", token), 401, "Unauthorized");
            }
        }
    }

    [Fact]
    public async Task A_removed_administrator_manages_no_more()
    {
        string grant = $"projects/{Host.Project}/users/{Host.Users["member"]}/roles/{Host.Roles["admin"]}";
        await Host.SendAsync(204, "PUT", grant);
        await Host.SendAsync(200, "GET", "users", token: Host.Member);
        await Host.SendAsync(204, "DELETE", grant);
        await Host.SendAsync(403, "GET", "users", token: Host.Member);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        string user = Text((await Host.SendAsync(200, "GET", "users?name=admin")).Json["users"]![0]!["id"]);
        string project = Text((await Host.SendAsync(200, "GET", "projects?name=admin")).Json["projects"]![0]!["id"]);
        string grant = $"projects/{project}/users/{user}/roles/{Host.Roles["admin"]}";
        (string Method, string Path, string? Body)[] calls =
        [
            ("DELETE", grant, null),
            ("DELETE", $"projects/{project}", null),
            ("PATCH", $"projects/{project}", """{"project": {"enabled": false}}"""),
            ("PATCH", $"users/{user}", """{"user": {"enabled": false}}"""),
            ("DELETE", $"users/{user}", null),
        ];
        foreach ((string method, string path, string? body) in calls)
        {
            AssertError(await Host.SendAsync(403, method, path, body), 403, "Forbidden");
            await Host.SendAsync(200, "GET", "users");
        }
        string second = $"projects/{Host.Project}/users/{Host.Users["member"]}/roles/{Host.Roles["admin"]}";
        await Host.SendAsync(204, "PUT", second);
        await Host.SendAsync(204, "DELETE", grant);
        await Host.SendAsync(204, "DELETE", $"users/{user}", token: Host.Member);
    }

    [Fact]
    public async Task No_body_causes_an_error_of_ours()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"auth":""", 2000));
        string[] bodies =
        [
            "",
            " ",
            "{",
            "nonsense",
            "null",
            "1",
            "\"text\"",
            "[]",
            "{}",
            """{"auth": null}""",
            """{"auth": []}""",
            """{"auth": {"identity": 5}}""",
            """{"auth": {"identity": {"methods": "password"}}}""",
            """{"auth": {"identity": {"methods": [1]}}}""",
            """{"auth": {"identity": {"methods": ["password"]}}}""",
            """{"auth": {"identity": {"methods": ["token"], "token": {"id": 1}}}}""",
            """{"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": "x"}}}}}""",
            """{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "x", "password": "x"}}}}}""",
            """{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "\ud800", "password": "x"}}}}}""",
            """{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "\u0000", "password": "x"}}}}}""",
            """{"\ud800": 1, "auth": {"identity": {}}}""",
            """{"auth": {"identity": {"methods": ["token"], "token": {"id": "x"}}, "scope": "\udc00\ud800"}}""",
            """{"project": 1, "user": 1, "role": 1}""",
            """{"project": {"name": ["x"]}, "user": {"name": ["x"]}, "role": {"name": ["x"]}}""",
            """{"project": {"name": {}}, "user": {"name": {}}, "role": {"name": {}}} trailing""",
            deep,
            new string('[', 100_000),
        ];
        string[] calls =
        [
            "POST auth/tokens",
            "POST projects",
            "PATCH projects/{project}",
            "POST users",
            "PATCH users/{user}",
            "POST users/{user}/password",
            "POST roles",
            "PATCH roles/{role}",
        ];
        foreach (string call in calls)
        {
            (string method, string path) = Parse(call);
            foreach (string body in bodies)
            {
                Answer answer = await Host.SendAsync(method, path, body, Host.Admin);
                Assert.True(
                    answer.Code is 400,
                    $"{call} {body[..Math.Min(body.Length, 90)]}: {answer.Code} {answer.Text}"
                );
                AssertError(answer, 400, "Bad Request");
            }
        }
    }

    [Fact]
    public async Task Methods_that_are_not_served_are_401()
    {
        foreach (string methods in new[] { "[]", "[\"saml2\"]", "[\"password\", \"totp\"]" })
        {
            string body = """{"auth": {"identity": {"methods": METHODS}}}""".Replace("METHODS", methods);
            AssertError(await Host.SendAsync("POST", "auth/tokens", body), 401, "Unauthorized");
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_400()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("""{"project": {"name": "x"""), 0xff, .. "\"}}"u8];
        using HttpRequestMessage request = new(HttpMethod.Post, IdentityHost.V3 + "/projects");
        request.Headers.Add("X-Auth-Token", Host.Admin);
        request.Content = new ByteArrayContent(body);
        using HttpResponseMessage response = await Host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        string large = $$$"""{"project": {"name": "{{{new string('x', 200_000)}}}"}}""";
        AssertError(await Host.SendAsync("POST", "projects", large, Host.Admin), 413, "Payload Too Large");
        AssertError(await Host.SendAsync("POST", "auth/tokens", large), 413, "Payload Too Large");
    }

    [Theory]
    [InlineData("users/%00")]
    [InlineData("users/%ff%fe")]
    [InlineData("users/%2e%2e%2f")]
    [InlineData("users/'%20OR%201=1")]
    [InlineData("projects/%E2%98%83?name=%00&enabled=%00")]
    [InlineData("users/a/projects?name")]
    [InlineData("role_assignments?user.id=%00&effective=%ff")]
    public async Task No_url_causes_an_error_of_ours(string path)
    {
        Answer answer = await Host.SendAsync("GET", path, token: Host.Admin);
        Assert.InRange(answer.Code, 200, 499);
    }

    private (string Method, string Path) Parse(string call)
    {
        string[] parts = call.Split(' ');
        string path = parts[1]
            .Replace("{project}", Host.Project)
            .Replace("{user}", Host.Users["member"])
            .Replace("{role}", Host.Roles["reader"]);
        return (parts[0], path);
    }
}
