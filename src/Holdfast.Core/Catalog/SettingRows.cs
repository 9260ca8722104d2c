namespace Holdfast.Core.Catalog;

/// <summary>Facts of the whole installation, by name.</summary>
public sealed class SettingRows(ICatalogSession session)
{
    public Task<string?> FindAsync(string name) =>
        session.ScalarAsync<string>("SELECT value FROM settings WHERE name = @name", new { name });

    /// <summary>The name beneath the prefix that has the value; null when none has.</summary>
    public Task<string?> NameOfAsync(string prefix, string value) =>
        session.ScalarAsync<string>(
            "SELECT name FROM settings WHERE value = @value AND substr(name, 1, @length) = @prefix ORDER BY name LIMIT 1",
            new
            {
                value,
                prefix,
                length = prefix.Length,
            }
        );

    /// <summary>All names that begin with the prefix.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(string prefix) =>
        session.QueryAsync<string>(
            "SELECT name FROM settings WHERE substr(name, 1, @length) = @prefix ORDER BY name",
            new { prefix, length = prefix.Length }
        );

    public Task RemoveAsync(string name) =>
        session.ExecuteAsync("DELETE FROM settings WHERE name = @name", new { name });

    public Task SetAsync(string name, string value) =>
        session.ExecuteAsync(
            """
            INSERT INTO settings (name, value) VALUES (@name, @value)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            new { name, value }
        );

    /// <returns>False, and nothing changed, when the name has a value already.</returns>
    public async Task<bool> TryAddAsync(string name, string value) =>
        await session.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING",
            new { name, value }
        ) == 1;
}

public static class SettingRowsExtension
{
    extension(ICatalogSession session)
    {
        public SettingRows Settings => new(session);
    }
}
