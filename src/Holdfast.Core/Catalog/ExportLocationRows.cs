using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

public sealed class ExportLocationRows(ICatalogSession session)
{
    private sealed record Row
    {
        public required string Id { get; init; }
        public required string ShareId { get; init; }
        public required string Path { get; init; }
        public required bool Preferred { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
    }

    public async Task<IReadOnlyList<ExportLocation>> OfShareAsync(string shareId)
    {
        IReadOnlyList<Row> rows = await session.QueryAsync<Row>(
            "SELECT id, share_id, path, preferred, created_at FROM export_locations WHERE share_id = @shareId ORDER BY id",
            new { shareId }
        );
        return [.. rows.Select(row => new ExportLocation(row.Id, row.ShareId, row.Path, row.Preferred, row.CreatedAt))];
    }

    public Task AddAsync(ExportLocation location) =>
        session.ExecuteAsync(
            """
            INSERT INTO export_locations (id, share_id, path, preferred, created_at)
            VALUES (@Id, @ShareId, @Path, @Preferred, @CreatedAt)
            """,
            location
        );
}

public static class ExportLocationRowsExtension
{
    extension(ICatalogSession session)
    {
        public ExportLocationRows ExportLocations => new(session);
    }
}
