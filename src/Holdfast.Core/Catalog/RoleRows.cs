using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class RoleRows(ICatalogSession session)
{
    private const string Select = "SELECT id, name, description FROM roles";

    public Task<Role?> FindAsync(string id) => session.FindAsync<Role>(Select + " WHERE id = @id", new { id });

    /// <summary>In order of names.</summary>
    public Task<IReadOnlyList<Role>> ListAsync() => session.QueryAsync<Role>(Select + " ORDER BY name");

    /// <returns>False, and nothing changed, when the name is taken.</returns>
    public async Task<bool> TryAddAsync(Role role) =>
        await session.ExecuteAsync(
            "INSERT INTO roles (id, name, description) VALUES (@Id, @Name, @Description) ON CONFLICT (name) DO NOTHING",
            role
        ) == 1;

    /// <returns>False, and nothing changed, when the role is gone or the name taken by another.</returns>
    public async Task<bool> TrySaveAsync(Role role) =>
        await session.ExecuteAsync(
            """
            UPDATE roles SET name = @Name, description = @Description
            WHERE id = @Id AND NOT EXISTS (SELECT 1 FROM roles WHERE name = @Name AND id <> @Id)
            """,
            role
        ) == 1;

    /// <summary>With its assignments.</summary>
    public async Task<bool> RemoveAsync(string id) =>
        await session.ExecuteAsync("DELETE FROM roles WHERE id = @id", new { id }) == 1;
}

public static class RoleRowsExtension
{
    extension(ICatalogSession session)
    {
        public RoleRows Roles => new(session);
    }
}
