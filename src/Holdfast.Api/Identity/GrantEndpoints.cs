using Holdfast.Core.Model;

namespace Holdfast.Api.Identity;

/// <summary>A user's roles in a project: <c>/projects/{project}/users/{user}/roles[/{role}]</c>.</summary>
internal static class GrantEndpoints
{
    public static async Task ListAsync(IdentityRequest request)
    {
        IReadOnlyList<Role> roles = await request.Grants.ListAsync(
            request.Caller,
            request.Route("project"),
            request.Route("user"),
            request.Aborted
        );
        await request.ReplyListAsync("roles", roles.Select(role => RoleEndpoints.View(request, role)));
    }

    public static async Task CheckAsync(IdentityRequest request)
    {
        await request.Grants.CheckAsync(
            request.Caller,
            request.Route("project"),
            request.Route("user"),
            request.Route("role"),
            request.Aborted
        );
        await request.ReplyEmptyAsync();
    }

    public static async Task CreateAsync(IdentityRequest request)
    {
        await request.Grants.AddAsync(
            request.Caller,
            request.Route("project"),
            request.Route("user"),
            request.Route("role"),
            request.Aborted
        );
        await request.ReplyEmptyAsync();
    }

    public static async Task DeleteAsync(IdentityRequest request)
    {
        await request.Grants.RemoveAsync(
            request.Caller,
            request.Route("project"),
            request.Route("user"),
            request.Route("role"),
            request.Aborted
        );
        await request.ReplyEmptyAsync();
    }
}
