using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class ProjectRows(ICatalogSession session)
{
    private const string Select = "SELECT id, name, description, enabled, token_epoch FROM projects";

    public Task<Project?> FindAsync(string id) => session.FindAsync<Project>(Select + " WHERE id = @id", new { id });

    /// <summary>In order of names.</summary>
    public Task<IReadOnlyList<Project>> ListAsync() => session.QueryAsync<Project>(Select + " ORDER BY name");

    /// <summary>Those in which the user has a role, in order of names.</summary>
    public Task<IReadOnlyList<Project>> OfUserAsync(string userId) =>
        session.QueryAsync<Project>(
            Select
                + " WHERE id IN (SELECT project_id FROM role_assignments WHERE user_id = @userId)"
                + " ORDER BY name",
            new { userId }
        );

    /// <returns>False, and nothing changed, when the name is taken.</returns>
    public async Task<bool> TryAddAsync(Project project) =>
        await session.ExecuteAsync(
            """
            INSERT INTO projects (id, name, description, enabled, token_epoch)
            VALUES (@Id, @Name, @Description, @Enabled, @TokenEpoch)
            ON CONFLICT (name) DO NOTHING
            """,
            project
        ) == 1;

    /// <returns>False, and nothing changed, when the project is gone or the name taken by another.</returns>
    public async Task<bool> TrySaveAsync(Project project) =>
        await session.ExecuteAsync(
            """
            UPDATE projects SET name = @Name, description = @Description, enabled = @Enabled, token_epoch = @TokenEpoch
            WHERE id = @Id AND NOT EXISTS (SELECT 1 FROM projects WHERE name = @Name AND id <> @Id)
            """,
            project
        ) == 1;

    /// <summary>With its role assignments.</summary>
    public async Task<bool> RemoveAsync(string id) =>
        await session.ExecuteAsync("DELETE FROM projects WHERE id = @id", new { id }) == 1;
}

public static class ProjectRowsExtension
{
    extension(ICatalogSession session)
    {
        public ProjectRows Projects => new(session);
    }
}
