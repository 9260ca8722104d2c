using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class RoleTests : IdentityTests
{
    private string Grants => $"projects/{Host.Project}/users/{Host.Users["stranger"]}/roles";

    [Fact]
    public async Task The_base_roles_are_there_and_stay_as_they_are()
    {
        Assert.Equal(["admin", "member", "reader"], Names(await Host.SendAsync(200, "GET", "roles"), "roles"));
        Assert.Equal(["member"], Names(await Host.SendAsync(200, "GET", "roles?name=member"), "roles"));
        string id = Host.Roles["member"];
        Answer role = await Host.SendAsync(200, "GET", $"roles/{id}");
        Assert.Equal("member", Text(role.Json["role"]!["name"]));
        AssertError(await Host.SendAsync(403, "DELETE", $"roles/{id}"), 403, "Forbidden");
        await Host.SendAsync(403, "PATCH", $"roles/{id}", """{"role": {"name": "other"}}""");
        await Host.SendAsync(200, "PATCH", $"roles/{id}", """{"role": {"description": "d"}}""");
    }

    [Fact]
    public async Task Other_roles_come_and_go()
    {
        string id = await Host.CreateAsync("role", """ "name": "auditor" """);
        await Host.SendAsync(409, "POST", "roles", """{"role": {"name": "auditor"}}""");
        // Rules would take it for the base role.
        await Host.SendAsync(409, "POST", "roles", """{"role": {"name": "Admin"}}""");
        await Host.SendAsync(409, "PATCH", $"roles/{id}", """{"role": {"name": "MEMBER"}}""");
        await Host.SendAsync(204, "PUT", $"{Grants}/{id}");
        string token = await Host.LoginAsync("stranger", IdentityHost.Password, IdentityHost.InProject(Host.Project));
        await Host.SendAsync(204, "DELETE", $"roles/{id}");
        Assert.Equal(401, (await Host.SendAsync("GET", "auth/projects", token: token)).Code);
        await Host.SendAsync(404, "DELETE", $"roles/{id}");
        await Host.SendAsync(404, "GET", $"roles/{id}");
    }

    [Fact]
    public async Task A_grant_is_given_checked_and_taken()
    {
        string one = $"{Grants}/{Host.Roles["reader"]}";
        Assert.Empty(Names(await Host.SendAsync(200, "GET", Grants), "roles"));
        await Host.SendAsync(404, "HEAD", one);
        await Host.SendAsync(204, "PUT", one);
        await Host.SendAsync(204, "PUT", one);
        await Host.SendAsync(204, "HEAD", one);
        await Host.SendAsync(204, "GET", one);
        Assert.Equal(["reader"], Names(await Host.SendAsync(200, "GET", Grants), "roles"));
        await Host.SendAsync(204, "DELETE", one);
        AssertError(await Host.SendAsync(404, "DELETE", one), 404, "Not Found");
        await Host.SendAsync(404, "GET", one);
    }

    [Fact]
    public async Task A_grant_of_what_is_not_there_is_404()
    {
        string reader = Host.Roles["reader"];
        string member = Host.Users["member"];
        foreach (
            string path in new[]
            {
                $"projects/nothing/users/{member}/roles/{reader}",
                $"projects/{Host.Project}/users/nobody/roles/{reader}",
                $"projects/{Host.Project}/users/{member}/roles/nothing",
            }
        )
        {
            foreach (string method in new[] { "PUT", "GET", "HEAD", "DELETE" })
            {
                await Host.SendAsync(404, method, path);
            }
        }
        await Host.SendAsync(404, "GET", $"projects/nothing/users/{member}/roles");
        await Host.SendAsync(404, "GET", $"projects/{Host.Project}/users/nobody/roles");
    }

    [Fact]
    public async Task Assignments_are_listed_by_user_project_and_role_with_names_and_effects()
    {
        Assert.Equal(4, (await ListAsync("")).Count);
        JsonNode only = Assert.Single(await ListAsync($"user.id={Host.Users["member"]}"))!;
        Assert.Equal(Host.Roles["member"], Text(only["role"]!["id"]));
        Assert.Equal(Host.Project, Text(only["scope"]!["project"]!["id"]));
        Assert.Null(only["user"]!["name"]);
        Assert.EndsWith(
            $"/projects/{Host.Project}/users/{Host.Users["member"]}/roles/{Host.Roles["member"]}",
            Text(only["links"]!["assignment"]),
            StringComparison.Ordinal
        );
        Assert.Equal(2, (await ListAsync($"scope.project.id={Host.Project}")).Count);
        Assert.Single(await ListAsync($"role.id={Host.Roles["reader"]}"));
        Assert.Empty(await ListAsync("group.id=x"));
        Assert.Empty(await ListAsync("scope.system=all"));
        Assert.Empty(await ListAsync("user.id=nobody"));

        JsonArray effective = await ListAsync($"user.id={Host.Users["member"]}&effective&include_names=true");
        Assert.Equal(["member", "reader"], effective.Select(one => Text(one!["role"]!["name"])));
        Assert.Equal(["project", "project"], effective.Select(one => Text(one!["scope"]!["project"]!["name"])));
        Assert.Equal("Default", Text(effective[0]!["user"]!["domain"]!["name"]));
    }

    private async Task<JsonArray> ListAsync(string query) =>
        (await Host.SendAsync(200, "GET", $"role_assignments?{query}")).Json["role_assignments"]!.AsArray();
}
