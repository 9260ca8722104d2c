using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class UserTests : IdentityTests
{
    [Fact]
    public async Task A_user_is_made_shown_changed_and_removed()
    {
        Answer made = await Host.SendAsync(
            201,
            "POST",
            "users",
            """{"user": {"name": "u@example", "password": "12345678", "email": "e", "description": "d", "options": {}}}"""
        );
        JsonNode user = made.Json["user"]!;
        string id = Text(user["id"]);
        Assert.Matches("^(?=.*[a-f])[0-9a-f]{32}$", id);
        Assert.Equal(("u@example", "e", "d"), (Text(user["name"]), Text(user["email"]), Text(user["description"])));
        Assert.Equal("default", Text(user["domain_id"]));
        Assert.True(user["enabled"]!.GetValue<bool>());
        Assert.DoesNotContain("12345678", made.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("scrypt", made.Text, StringComparison.Ordinal);
        Assert.Equal(made.Text, (await Host.SendAsync(200, "GET", $"users/{id}")).Text);
        await Host.LoginAsync("u@example", "12345678");

        string change = """{"user": {"name": "v", "password": "87654321", "email": "f"}}""";
        Answer changed = await Host.SendAsync(200, "PATCH", $"users/{id}", change);
        Assert.Equal(("v", "f"), (Text(changed.Json["user"]!["name"]), Text(changed.Json["user"]!["email"])));
        await Host.LoginAsync("v", "87654321");

        await Host.SendAsync(204, "DELETE", $"users/{id}");
        AssertError(await Host.SendAsync(404, "GET", $"users/{id}"), 404, "Not Found");
        await Host.SendAsync(404, "DELETE", $"users/{id}");
        await Host.SendAsync(404, "PATCH", $"users/{id}", change);
    }

    [Fact]
    public async Task Lists_filter_by_name_and_state()
    {
        await Host.CreateAsync("user", """ "name": "off", "enabled": false """);
        foreach (
            (string query, string names) in new[]
            {
                ("", "admin member off reader stranger"),
                ("?name=member", "member"),
                ("?name=nobody", ""),
                ("?enabled=0", "off"),
                ("?enabled=True&domain_id=default", "admin member reader stranger"),
                ("?domain_id=elsewhere", ""),
            }
        )
        {
            Assert.Equal(names, string.Join(' ', Names(await Host.SendAsync(200, "GET", "users" + query), "users")));
        }
    }

    [Fact]
    public async Task Users_read_themselves_only()
    {
        Answer self = await Host.SendAsync("GET", $"users/{Host.Users["member"]}", token: Host.Member);
        Assert.Equal("member", Text(self.Json["user"]!["name"]));
        Assert.Equal(403, (await Host.SendAsync("GET", $"users/{Host.Users["reader"]}", token: Host.Member)).Code);
        Assert.Equal(403, (await Host.SendAsync("GET", "users/nobody", token: Host.Member)).Code);
    }

    [Fact]
    public async Task Users_change_their_own_password_with_the_old_one()
    {
        string path = $"users/{Host.Users["member"]}/password";
        static string Body(string original, string password) =>
            $$$"""{"user": {"original_password": "{{{original}}}", "password": "{{{password}}}"}}""";

        AssertError(
            await Host.SendAsync("POST", path, Body("not it, surely", "new password"), Host.Member),
            401,
            "Unauthorized"
        );
        AssertError(
            await Host.SendAsync("POST", path, Body(IdentityHost.Password, "short"), Host.Member),
            400,
            "Bad Request"
        );
        Assert.Equal(200, (await Host.SendAsync("GET", "auth/projects", token: Host.Member)).Code);

        Answer done = await Host.SendAsync("POST", path, Body(IdentityHost.Password, "new password"), Host.Member);
        Assert.Equal(204, done.Code);
        Assert.Equal(401, (await Host.SendAsync("GET", "auth/projects", token: Host.Member)).Code);
        Assert.Equal(
            401,
            (await Host.SendAsync("POST", "auth/tokens", IdentityHost.Login("member", IdentityHost.Password))).Code
        );
        await Host.LoginAsync("member", "new password");
        AssertError(
            await Host.SendAsync("POST", "users/nobody/password", Body(IdentityHost.Password, "new password")),
            401,
            "Unauthorized"
        );
    }

    [Fact]
    public async Task Guessing_the_old_password_is_slowed_down_as_a_login_is()
    {
        string body = """{"user": {"original_password": "guess", "password": "new password"}}""";
        string path = $"users/{Host.Users["member"]}/password";
        for (int guess = 0; guess < 10; guess++)
        {
            Assert.Equal(401, (await Host.SendAsync("POST", path, body)).Code);
        }
        AssertError(await Host.SendAsync("POST", path, body), 429, "Too Many Requests");
    }

    [Theory]
    [InlineData("""{"name": "x", "password": "1234567"}""")]
    [InlineData("""{"name": "x", "password": 12345678}""")]
    [InlineData("""{"name": "x", "password": "1234\u00005678"}""")]
    [InlineData("""{"name": ""}""")]
    [InlineData("""{"password": "12345678"}""")]
    [InlineData("""{"name": "x", "email": 1}""")]
    [InlineData("""{"name": "x", "default_project_id": {}}""")]
    [InlineData("""{"name": "x", "domain_id": "elsewhere"}""")]
    public async Task What_makes_no_sense_is_400_and_makes_nothing(string user)
    {
        AssertError(await Host.SendAsync(400, "POST", "users", $$$"""{"user": {{{user}}} }"""), 400, "Bad Request");
        Assert.Equal(4, Names(await Host.SendAsync(200, "GET", "users"), "users").Count());
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        AssertError(await Host.SendAsync(409, "POST", "users", """{"user": {"name": "member"}}"""), 409, "Conflict");
        await Host.SendAsync(409, "PATCH", $"users/{Host.Users["reader"]}", """{"user": {"name": "member"}}""");
    }
}
