using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class RoleAssignmentRows(ICatalogSession session)
{
    /// <summary>Null matches all. In order of users, projects and roles, by name.</summary>
    public Task<IReadOnlyList<RoleAssignment>> ListAsync(string? projectId, string? userId) =>
        session.QueryAsync<RoleAssignment>(
            """
            SELECT p.id AS ProjectId, p.name AS ProjectName, u.id AS UserId, u.name AS UserName, r.id AS RoleId,
                r.name AS RoleName
            FROM role_assignments a
            JOIN projects p ON p.id = a.project_id
            JOIN users u ON u.id = a.user_id
            JOIN roles r ON r.id = a.role_id
            WHERE (@projectId IS NULL OR a.project_id = @projectId) AND (@userId IS NULL OR a.user_id = @userId)
            ORDER BY u.name, p.name, r.name
            """,
            new { projectId, userId }
        );

    /// <summary>Names of the roles that the user was given in the project.</summary>
    public Task<IReadOnlyList<string>> RoleNamesAsync(string projectId, string userId) =>
        session.QueryAsync<string>(
            """
            SELECT r.name FROM role_assignments a JOIN roles r ON r.id = a.role_id
            WHERE a.project_id = @projectId AND a.user_id = @userId
            """,
            new { projectId, userId }
        );

    /// <summary>Whether anybody could log in and administer.</summary>
    public async Task<bool> HasAdministratorAsync() =>
        await session.ScalarAsync<int>(
            """
            SELECT count(*) FROM role_assignments a
            JOIN projects p ON p.id = a.project_id
            JOIN users u ON u.id = a.user_id
            JOIN roles r ON r.id = a.role_id
            WHERE r.name = 'admin' AND p.enabled AND u.enabled AND u.password_hash IS NOT NULL
            """
        ) > 0;

    /// <summary>Of an existing project, user and role; once more changes nothing.</summary>
    public Task AddAsync(string projectId, string userId, string roleId) =>
        session.ExecuteAsync(
            """
            INSERT INTO role_assignments (project_id, user_id, role_id) VALUES (@projectId, @userId, @roleId)
            ON CONFLICT (project_id, user_id, role_id) DO NOTHING
            """,
            new
            {
                projectId,
                userId,
                roleId,
            }
        );

    public async Task<bool> RemoveAsync(string projectId, string userId, string roleId) =>
        await session.ExecuteAsync(
            """
            DELETE FROM role_assignments
            WHERE project_id = @projectId AND user_id = @userId AND role_id = @roleId
            """,
            new
            {
                projectId,
                userId,
                roleId,
            }
        ) == 1;
}

public static class RoleAssignmentRowsExtension
{
    extension(ICatalogSession session)
    {
        public RoleAssignmentRows RoleAssignments => new(session);
    }
}
