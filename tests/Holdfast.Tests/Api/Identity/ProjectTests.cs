using System.Text.Json.Nodes;
using Holdfast.Tests.Core;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

public sealed class ProjectTests : IdentityTests
{
    [Fact]
    public async Task A_project_is_made_shown_changed_and_removed()
    {
        Answer made = await Host.SendAsync(
            201,
            "POST",
            "projects",
            """{"project": {"name": "Ωmega", "description": "d", "domain_id": "default", "tags": ["t"], "other": 1}}"""
        );
        JsonNode project = made.Json["project"]!;
        string id = Text(project["id"]);
        Assert.Matches("^(?=.*[a-f])[0-9a-f]{32}$", id);
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","name":"Ωmega","domain_id":"default","description":"d","enabled":true,"parent_id":"default","is_domain":false,"tags":[],"options":{},"links":{"self":"{{{LocalIdentity.PublicUrl}}}/identity/v3/projects/{{{id}}}"}}""",
            System.Text.RegularExpressions.Regex.Unescape(project.ToJsonString())
        );
        Assert.Equal(made.Text, (await Host.SendAsync(200, "GET", $"projects/{id}")).Text);

        string change = """{"project": {"name": "omega", "enabled": false, "is_domain": false}}""";
        Answer changed = await Host.SendAsync(200, "PATCH", $"projects/{id}", change);
        Assert.Equal("omega", Text(changed.Json["project"]!["name"]));
        Assert.Equal("d", Text(changed.Json["project"]!["description"]));
        Assert.False(changed.Json["project"]!["enabled"]!.GetValue<bool>());

        await Host.SendAsync(204, "DELETE", $"projects/{id}");
        AssertError(await Host.SendAsync(404, "GET", $"projects/{id}"), 404, "Not Found");
        await Host.SendAsync(404, "DELETE", $"projects/{id}");
        await Host.SendAsync(404, "PATCH", $"projects/{id}", change);
    }

    [Fact]
    public async Task Lists_have_links_and_filters()
    {
        Answer all = await Host.SendAsync(200, "GET", "projects");
        Assert.Equal(["admin", "other", "project"], Names(all, "projects"));
        Assert.Equal(
            $$$"""{"self":"{{{LocalIdentity.PublicUrl}}}/identity/v3/projects","previous":null,"next":null}""",
            all.Json["links"]!.ToJsonString()
        );
        foreach (
            (string query, string names) in new[]
            {
                ("name=other", "other"),
                ("name=OTHER", ""),
                ("name=%00", ""),
                ("name=%ff", ""),
                ("enabled=true&domain_id=default", "admin other project"),
                ("enabled=false", ""),
                ("domain_id=elsewhere", ""),
                ("parent_id=default&is_domain=false", "admin other project"),
                ("is_domain=true", ""),
                ("unknown=1", "admin other project"),
            }
        )
        {
            Answer some = await Host.SendAsync(200, "GET", $"projects?{query}");
            Assert.Equal(names, string.Join(' ', Names(some, "projects")));
        }
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        AssertError(
            await Host.SendAsync(409, "POST", "projects", """{"project": {"name": "other"}}"""),
            409,
            "Conflict"
        );
        await Host.SendAsync(409, "PATCH", $"projects/{Host.Project}", """{"project": {"name": "other"}}""");
        await Host.SendAsync(200, "PATCH", $"projects/{Host.Project}", """{"project": {"name": "project"}}""");
    }

    [Fact]
    public async Task Users_read_their_own_projects_only()
    {
        foreach (string token in new[] { Host.Member, Host.Reader })
        {
            Assert.Equal(200, (await Host.SendAsync("GET", $"projects/{Host.Project}", token: token)).Code);
            Assert.Equal(403, (await Host.SendAsync("GET", $"projects/{Host.OtherProject}", token: token)).Code);
            Assert.Equal(403, (await Host.SendAsync("GET", "projects/nothing", token: token)).Code);
            Assert.Equal(["project"], Names(await Host.SendAsync("GET", "auth/projects", token: token), "projects"));
        }
        string own = $"users/{Host.Users["member"]}/projects";
        Assert.Equal(["project"], Names(await Host.SendAsync("GET", own, token: Host.Member), "projects"));
        Assert.Equal(["project"], Names(await Host.SendAsync("GET", own, token: Host.Admin), "projects"));
        Assert.Equal(403, (await Host.SendAsync("GET", own, token: Host.Reader)).Code);
        await Host.SendAsync(404, "GET", "users/nobody/projects");
    }

    [Theory]
    [InlineData("""{"name": ""}""")]
    [InlineData("""{"name": "   "}""")]
    [InlineData("{}")]
    [InlineData("""{"name": null}""")]
    [InlineData("""{"name": 5}""")]
    [InlineData("""{"name": {}}""")]
    [InlineData("""{"name": "x", "description": []}""")]
    [InlineData("""{"name": "x", "enabled": "yes"}""")]
    [InlineData("""{"name": "x", "domain_id": "elsewhere"}""")]
    [InlineData("""{"name": "x", "parent_id": "elsewhere"}""")]
    [InlineData("""{"name": "x", "is_domain": true}""")]
    [InlineData("""{"name": "a\u0000b"}""")]
    [InlineData("""{"name": "\ud800"}""")]
    [InlineData("""{"name": "12345678901234567890123456789012345678901234567890123456789012345"}""")]
    public async Task What_makes_no_sense_is_400_and_makes_nothing(string project)
    {
        Answer answer = await Host.SendAsync(400, "POST", "projects", $$$"""{"project": {{{project}}} }""");
        AssertError(answer, 400, "Bad Request");
        Assert.Equal(3, Names(await Host.SendAsync(200, "GET", "projects"), "projects").Count());
    }
}
