using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>Roles. The base roles stay as they are; an administrator may add others for policy to use.</summary>
public sealed class IdentityRoles(IdentityCatalog catalog)
{
    private const int LongestName = 255;

    public async Task<IReadOnlyList<Role>> ListAsync(Caller caller, string? name, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:list_roles");
        IReadOnlyList<Role> roles = await catalog.ReadAsync(rows => rows.Roles.ListAsync(), cancellationToken);
        return [.. roles.Where(role => name is null || role.Name == name)];
    }

    public async Task<Role> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:get_role");
        return await catalog.ReadAsync(rows => FindAsync(rows, id), cancellationToken);
    }

    public async Task<Role> CreateAsync(
        Caller caller,
        string name,
        string? description,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:create_role");
        CheckName(name);
        Role role = new(IdentityId.New(), name, description);
        return await catalog.WriteAsync(
            async rows => await rows.Roles.TryAddAsync(role) ? role : throw IdentityPolicy.Taken("role", name),
            cancellationToken
        );
    }

    /// <summary>Rules know no capitals: a base role by another spelling would be that base role.</summary>
    private static void CheckName(string name)
    {
        IdentityPolicy.CheckName(name, LongestName);
        if (BaseRoles.Contains(name.ToLowerInvariant()) && !BaseRoles.Contains(name))
        {
            throw IdentityPolicy.Taken("role", name);
        }
    }

    public async Task<Role> UpdateAsync(
        Caller caller,
        string id,
        string? name,
        string? description,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:update_role");
        if (name is not null)
        {
            CheckName(name);
        }
        return await catalog.WriteAsync(
            async rows =>
            {
                Role role = await FindAsync(rows, id);
                Role changed = role with { Name = name ?? role.Name, Description = description ?? role.Description };
                if (changed.Name != role.Name && BaseRoles.Contains(role.Name))
                {
                    throw KeepsBaseRoles(role);
                }
                return await rows.Roles.TrySaveAsync(changed)
                    ? changed
                    : throw IdentityPolicy.Taken("role", changed.Name);
            },
            cancellationToken
        );
    }

    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:delete_role");
        await catalog.WriteAsync(
            async rows =>
            {
                Role role = await FindAsync(rows, id);
                return BaseRoles.Contains(role.Name) ? throw KeepsBaseRoles(role) : await rows.Roles.RemoveAsync(id);
            },
            cancellationToken
        );
    }

    private static async Task<Role> FindAsync(ICatalogSession rows, string id) =>
        await rows.Roles.FindAsync(id) ?? throw IdentityPolicy.Missing("role", id);

    private static ServiceError KeepsBaseRoles(Role role) =>
        ServiceError.Forbidden($"The role {role.Name} is part of every policy: it cannot be renamed or deleted.");
}
