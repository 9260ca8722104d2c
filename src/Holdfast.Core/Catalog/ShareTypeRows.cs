using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class ShareTypeRows(ICatalogSession session)
{
    private const string Select = "SELECT id, name, description, is_public, is_default, extra_specs FROM share_types";

    public Task<IReadOnlyList<ShareType>> ListAsync() =>
        session.QueryAsync<ShareType>(Select + " ORDER BY created_at, id");

    public Task<ShareType?> FindAsync(string idOrName) =>
        session.FindAsync<ShareType>(Select + " WHERE id = @idOrName OR name = @idOrName", new { idOrName });

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
}

public static class ShareTypeRowsExtension
{
    extension(ICatalogSession session)
    {
        public ShareTypeRows ShareTypes => new(session);
    }
}
