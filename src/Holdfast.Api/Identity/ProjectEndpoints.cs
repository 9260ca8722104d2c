using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

internal static class ProjectEndpoints
{
    public static async Task ListAsync(IdentityRequest request) =>
        await ReplyListAsync(
            request,
            await request.Projects.ListAsync(request.Caller, Filter(request), request.Aborted)
        );

    /// <summary><c>/users/{user}/projects</c></summary>
    public static async Task ListOfUserAsync(IdentityRequest request) =>
        await ReplyListAsync(
            request,
            await request.Projects.OfUserAsync(request.Caller, request.Route("user"), Filter(request), request.Aborted)
        );

    /// <summary><c>/auth/projects</c>: those that the caller can log in to.</summary>
    public static async Task ListOwnAsync(IdentityRequest request) =>
        await ReplyListAsync(request, await request.Logins.ProjectsAsync(request.Caller, request.Aborted));

    public static async Task GetAsync(IdentityRequest request) =>
        await ReplyAsync(
            request,
            StatusCodes.Status200OK,
            await request.Projects.GetAsync(request.Caller, request.Route("project"), request.Aborted)
        );

    public static async Task CreateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:create_project");
        IdentityBody body = (await request.BodyAsync()).Object("project");
        Placement.Check(body);
        if (body.OptionalFlag("is_domain") == true)
        {
            throw IdentityError.BadRequest("A project that acts as a domain cannot be made: there is one domain.");
        }
        Project project = await request.Projects.CreateAsync(
            request.Caller,
            body.Text("name"),
            body.OptionalText("description"),
            body.OptionalFlag("enabled") ?? true,
            request.Aborted
        );
        await ReplyAsync(request, StatusCodes.Status201Created, project);
    }

    public static async Task UpdateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:update_project");
        IdentityBody body = (await request.BodyAsync()).Object("project");
        Placement.Check(body);
        ProjectChange change = new(
            body.OptionalText("name"),
            body.OptionalText("description"),
            body.OptionalFlag("enabled")
        );
        Project project = await request.Projects.UpdateAsync(
            request.Caller,
            request.Route("project"),
            change,
            request.Aborted
        );
        await ReplyAsync(request, StatusCodes.Status200OK, project);
    }

    public static async Task DeleteAsync(IdentityRequest request)
    {
        await request.Projects.DeleteAsync(request.Caller, request.Route("project"), request.Aborted);
        await request.ReplyEmptyAsync();
    }

    private static ProjectFilter Filter(IdentityRequest request) => new(request.Query("name"), request.Flag("enabled"));

    private static Task ReplyListAsync(IdentityRequest request, IReadOnlyList<Project> projects) =>
        request.ReplyListAsync(
            "projects",
            (Placement.Excludes(request) ? [] : projects).Select(project => View(request, project))
        );

    private static Task ReplyAsync(IdentityRequest request, int status, Project project) =>
        request.ReplyAsync(status, "project", View(request, project));

    private static JsonObject View(IdentityRequest request, Project project) =>
        new()
        {
            ["id"] = project.Id,
            ["name"] = project.Name,
            ["domain_id"] = DefaultDomain.Id,
            ["description"] = project.Description,
            ["enabled"] = project.Enabled,
            ["parent_id"] = DefaultDomain.Id,
            ["is_domain"] = false,
            ["tags"] = new JsonArray(),
            ["options"] = new JsonObject(),
            ["links"] = Links.Self($"{request.BaseUrl}/projects/{project.Id}"),
        };
}
