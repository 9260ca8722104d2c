using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class UserRows(ICatalogSession session)
{
    private const string Select = """
        SELECT id, name, description, email, default_project_id, enabled, password_hash, token_epoch FROM users
        """;

    public Task<User?> FindAsync(string id) => session.FindAsync<User>(Select + " WHERE id = @id", new { id });

    public Task<User?> FindByNameAsync(string name) =>
        session.FindAsync<User>(Select + " WHERE name = @name", new { name });

    /// <summary>In order of names.</summary>
    public Task<IReadOnlyList<User>> ListAsync() => session.QueryAsync<User>(Select + " ORDER BY name");

    /// <returns>False, and nothing changed, when the name is taken.</returns>
    public async Task<bool> TryAddAsync(User user) =>
        await session.ExecuteAsync(
            """
            INSERT INTO users (id, name, description, email, default_project_id, enabled, password_hash, token_epoch)
            VALUES (@Id, @Name, @Description, @Email, @DefaultProjectId, @Enabled, @PasswordHash, @TokenEpoch)
            ON CONFLICT (name) DO NOTHING
            """,
            user
        ) == 1;

    /// <returns>False, and nothing changed, when the user is gone or the name taken by another.</returns>
    public async Task<bool> TrySaveAsync(User user) =>
        await session.ExecuteAsync(
            """
            UPDATE users SET name = @Name, description = @Description, email = @Email,
                default_project_id = @DefaultProjectId, enabled = @Enabled, password_hash = @PasswordHash,
                token_epoch = @TokenEpoch
            WHERE id = @Id AND NOT EXISTS (SELECT 1 FROM users WHERE name = @Name AND id <> @Id)
            """,
            user
        ) == 1;

    /// <summary>With its role assignments.</summary>
    public async Task<bool> RemoveAsync(string id) =>
        await session.ExecuteAsync("DELETE FROM users WHERE id = @id", new { id }) == 1;
}

public static class UserRowsExtension
{
    extension(ICatalogSession session)
    {
        public UserRows Users => new(session);
    }
}
