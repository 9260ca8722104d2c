using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Null matches all.</summary>
/// <param name="Effective">Lists implied roles as assignments of their own.</param>
public sealed record AssignmentFilter(string? ProjectId, string? UserId, string? RoleId, bool Effective);

/// <summary>An assignment, and the role that implies it where it was not made itself.</summary>
public sealed record EffectiveAssignment(RoleAssignment Assignment, Role? ImpliedBy);

/// <summary>Who has which role where. Only an administrator sees and changes it.</summary>
public sealed class IdentityGrants(IdentityCatalog catalog)
{
    /// <summary>The roles that a user was given in a project, implied ones not included.</summary>
    public async Task<IReadOnlyList<Role>> ListAsync(
        Caller caller,
        string projectId,
        string userId,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:list_grants");
        return await catalog.ReadAsync(
            async rows =>
            {
                await RequireBothAsync(rows, projectId, userId);
                HashSet<string> given = [.. await rows.RoleAssignments.RoleNamesAsync(projectId, userId)];
                return (await rows.Roles.ListAsync()).Where(role => given.Contains(role.Name)).ToList();
            },
            cancellationToken
        );
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: there is no such grant.</exception>
    public async Task CheckAsync(
        Caller caller,
        string projectId,
        string userId,
        string roleId,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:check_grant");
        IReadOnlyList<RoleAssignment> found = await catalog.ReadAsync(
            rows => rows.RoleAssignments.ListAsync(projectId, userId),
            cancellationToken
        );
        if (!found.Any(one => one.RoleId == roleId))
        {
            throw NoSuchGrant(projectId, userId, roleId);
        }
    }

    /// <summary>Once more changes nothing.</summary>
    public async Task AddAsync(
        Caller caller,
        string projectId,
        string userId,
        string roleId,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:create_grant");
        await catalog.WriteAsync(
            async rows =>
            {
                _ = await rows.Roles.FindAsync(roleId) ?? throw IdentityPolicy.Missing("role", roleId);
                await RequireBothAsync(rows, projectId, userId);
                await rows.RoleAssignments.AddAsync(projectId, userId, roleId);
                return true;
            },
            cancellationToken
        );
    }

    public async Task RemoveAsync(
        Caller caller,
        string projectId,
        string userId,
        string roleId,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:revoke_grant");
        await catalog.WriteAsync(
            async rows =>
            {
                if (!await rows.RoleAssignments.RemoveAsync(projectId, userId, roleId))
                {
                    throw NoSuchGrant(projectId, userId, roleId);
                }
                await IdentityPolicy.KeepAnAdministratorAsync(rows);
                return true;
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<EffectiveAssignment>> AssignmentsAsync(
        Caller caller,
        AssignmentFilter filter,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:list_role_assignments");
        (IReadOnlyList<RoleAssignment> made, IReadOnlyList<Role> roles) = await catalog.ReadAsync(
            async rows =>
                (
                    await rows.RoleAssignments.ListAsync(filter.ProjectId, filter.UserId),
                    filter.Effective ? await rows.Roles.ListAsync() : []
                ),
            cancellationToken
        );
        return
        [
            .. made.SelectMany(one => Implied(one, roles).Prepend(new EffectiveAssignment(one, null)))
                .Where(one => filter.RoleId is null || one.Assignment.RoleId == filter.RoleId),
        ];
    }

    private static IEnumerable<EffectiveAssignment> Implied(RoleAssignment made, IReadOnlyList<Role> roles) =>
        from name in BaseRoles.ImpliedBy(made.RoleName)
        from role in roles
        where role.Name == name
        select new EffectiveAssignment(
            made with
            {
                RoleId = role.Id,
                RoleName = role.Name,
            },
            new Role(made.RoleId, made.RoleName, null)
        );

    private static async Task RequireBothAsync(ICatalogSession rows, string projectId, string userId)
    {
        if (await rows.Projects.FindAsync(projectId) is null)
        {
            throw IdentityPolicy.Missing("project", projectId);
        }
        if (await rows.Users.FindAsync(userId) is null)
        {
            throw IdentityPolicy.Missing("user", userId);
        }
    }

    private static ServiceError NoSuchGrant(string projectId, string userId, string roleId) =>
        ServiceError.NotFound(
            $"Could not find role assignment with role: {roleId}, user or group: {userId}, project, domain, or system: {projectId}."
        );
}
