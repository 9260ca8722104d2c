using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

internal static class RoleEndpoints
{
    public static async Task ListAsync(IdentityRequest request)
    {
        IReadOnlyList<Role> roles = await request.Roles.ListAsync(
            request.Caller,
            request.Query("name"),
            request.Aborted
        );
        // No role belongs to a domain.
        await request.ReplyListAsync(
            "roles",
            roles.Where(_ => request.Query("domain_id") is null).Select(role => View(request, role))
        );
    }

    public static async Task GetAsync(IdentityRequest request) =>
        await ReplyAsync(
            request,
            StatusCodes.Status200OK,
            await request.Roles.GetAsync(request.Caller, request.Route("role"), request.Aborted)
        );

    public static async Task CreateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:create_role");
        IdentityBody body = (await request.BodyAsync()).Object("role");
        if (body.Has("domain_id"))
        {
            throw IdentityError.BadRequest("A role cannot belong to a domain.");
        }
        Role role = await request.Roles.CreateAsync(
            request.Caller,
            body.Text("name"),
            body.OptionalText("description"),
            request.Aborted
        );
        await ReplyAsync(request, StatusCodes.Status201Created, role);
    }

    public static async Task UpdateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:update_role");
        IdentityBody body = (await request.BodyAsync()).Object("role");
        Role role = await request.Roles.UpdateAsync(
            request.Caller,
            request.Route("role"),
            body.OptionalText("name"),
            body.OptionalText("description"),
            request.Aborted
        );
        await ReplyAsync(request, StatusCodes.Status200OK, role);
    }

    public static async Task DeleteAsync(IdentityRequest request)
    {
        await request.Roles.DeleteAsync(request.Caller, request.Route("role"), request.Aborted);
        await request.ReplyEmptyAsync();
    }

    public static JsonObject View(IdentityRequest request, Role role) =>
        new()
        {
            ["id"] = role.Id,
            ["name"] = role.Name,
            ["domain_id"] = null,
            ["description"] = role.Description,
            ["options"] = new JsonObject(),
            ["links"] = Links.Self($"{request.BaseUrl}/roles/{role.Id}"),
        };

    private static Task ReplyAsync(IdentityRequest request, int status, Role role) =>
        request.ReplyAsync(status, "role", View(request, role));
}
