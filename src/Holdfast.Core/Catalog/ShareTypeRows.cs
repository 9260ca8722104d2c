using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class ShareTypeRows(ICatalogSession session)
{
    private const string Select = "SELECT id, name, description, is_public, is_default, extra_specs FROM share_types";

    /// <param name="isPublic">True: public ones and what the project was given; false: all others; null: all.</param>
    public Task<IReadOnlyList<ShareType>> ListAsync(bool? isPublic, string projectId)
    {
        string condition = isPublic switch
        {
            true =>
                " WHERE is_public OR id IN (SELECT share_type_id FROM share_type_projects WHERE project_id = @projectId)",
            false => " WHERE NOT is_public",
            null => "",
        };
        return session.QueryAsync<ShareType>(Select + condition + " ORDER BY name", new { projectId });
    }

    public Task<ShareType?> FindAsync(string id) =>
        session.FindAsync<ShareType>(Select + " WHERE id = @id", new { id });

    public Task<ShareType?> FindNamedAsync(string name) =>
        session.FindAsync<ShareType>(Select + " WHERE name = @name", new { name });

    /// <summary>The type of shares that name none.</summary>
    public Task<ShareType?> FindDefaultAsync() => session.FindAsync<ShareType>(Select + " WHERE is_default");

    /// <returns>False, and nothing changed, when a type of that name exists.</returns>
    public async Task<bool> TryAddAsync(ShareType type, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            INSERT INTO share_types (id, name, description, is_public, is_default, extra_specs, created_at)
            VALUES (@Id, @Name, @Description, @IsPublic, @IsDefault, @ExtraSpecs, @now)
            ON CONFLICT (name) DO NOTHING
            """,
            new
            {
                type.Id,
                type.Name,
                type.Description,
                type.IsPublic,
                type.IsDefault,
                type.ExtraSpecs,
                now,
            }
        ) == 1;

    /// <returns>False, and nothing changed, when another type has that name.</returns>
    public async Task<bool> TrySetAsync(ShareType type) =>
        await session.ExecuteAsync(
            """
            UPDATE share_types SET name = @Name, description = @Description, is_public = @IsPublic
            WHERE id = @Id AND NOT EXISTS (SELECT 1 FROM share_types AS t WHERE t.name = @Name AND t.id <> @Id)
            """,
            type
        ) == 1;

    public Task SetExtraSpecsAsync(string id, IReadOnlyDictionary<string, string> extraSpecs) =>
        session.ExecuteAsync("UPDATE share_types SET extra_specs = @extraSpecs WHERE id = @id", new { id, extraSpecs });

    /// <summary>Removes the row and the access of projects to it; no share may be of it.</summary>
    public Task RemoveAsync(string id) => session.ExecuteAsync("DELETE FROM share_types WHERE id = @id", new { id });

    /// <summary>Which projects were given the type.</summary>
    public Task<IReadOnlyList<string>> ProjectsAsync(string id) =>
        session.QueryAsync<string>(
            "SELECT project_id FROM share_type_projects WHERE share_type_id = @id ORDER BY project_id",
            new { id }
        );

    public async Task<bool> HasProjectAsync(string id, string projectId) =>
        await session.ScalarAsync<long>(
            "SELECT count(*) FROM share_type_projects WHERE share_type_id = @id AND project_id = @projectId",
            new { id, projectId }
        ) > 0;

    /// <returns>False when it had it.</returns>
    public async Task<bool> TryAddProjectAsync(string id, string projectId) =>
        await session.ExecuteAsync(
            """
            INSERT INTO share_type_projects (share_type_id, project_id) VALUES (@id, @projectId)
            ON CONFLICT (share_type_id, project_id) DO NOTHING
            """,
            new { id, projectId }
        ) == 1;

    /// <returns>False when it had it not.</returns>
    public async Task<bool> TryRemoveProjectAsync(string id, string projectId) =>
        await session.ExecuteAsync(
            "DELETE FROM share_type_projects WHERE share_type_id = @id AND project_id = @projectId",
            new { id, projectId }
        ) == 1;
}

public static class ShareTypeRowsExtension
{
    extension(ICatalogSession session)
    {
        public ShareTypeRows ShareTypes => new(session);
    }
}
