using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Identity;

/// <summary>Who has which role where: <c>/role_assignments</c>.</summary>
internal static class RoleAssignmentEndpoints
{
    // Filters by what nobody has here: groups, and roles on domains or the system.
    private static readonly string[] Elsewhere =
    [
        "group.id",
        "scope.domain.id",
        "scope.system",
        "scope.OS-INHERIT:inherited_to",
    ];

    public static async Task ListAsync(IdentityRequest request)
    {
        AssignmentFilter filter = new(
            request.Query("scope.project.id"),
            request.Query("user.id"),
            request.Query("role.id"),
            request.Flag("effective") == true
        );
        bool names = request.Flag("include_names") == true;
        IReadOnlyList<EffectiveAssignment> found = await request.Grants.AssignmentsAsync(
            request.Caller,
            filter,
            request.Aborted
        );
        await request.ReplyListAsync(
            "role_assignments",
            Elsewhere.Any(request.HasQuery) ? [] : found.Select(one => View(request.BaseUrl, one, names))
        );
    }

    private static JsonObject View(string baseUrl, EffectiveAssignment effective, bool names)
    {
        RoleAssignment one = effective.Assignment;
        string roles = $"{baseUrl}/projects/{one.ProjectId}/users/{one.UserId}/roles";
        JsonObject links = new() { ["assignment"] = $"{roles}/{effective.ImpliedBy?.Id ?? one.RoleId}" };
        if (effective.ImpliedBy is { } prior)
        {
            links["prior_role"] = $"{baseUrl}/prior_role/{prior.Id}/implies/{one.RoleId}";
        }
        return new JsonObject
        {
            ["role"] = Reference(one.RoleId, one.RoleName, names, inDomain: false),
            ["user"] = Reference(one.UserId, one.UserName, names, inDomain: true),
            ["scope"] = new JsonObject
            {
                ["project"] = Reference(one.ProjectId, one.ProjectName, names, inDomain: true),
            },
            ["links"] = links,
        };
    }

    private static JsonObject Reference(string id, string name, bool names, bool inDomain)
    {
        JsonObject reference = new() { ["id"] = id };
        if (names)
        {
            reference["name"] = name;
            if (inDomain)
            {
                reference["domain"] = new JsonObject { ["id"] = DefaultDomain.Id, ["name"] = DefaultDomain.Name };
            }
        }
        return reference;
    }
}
