namespace Holdfast.Core.Catalog;

/// <summary>Who does what only one may do at a time, for example scheduling.</summary>
public sealed class LeaseRows(ICatalogSession session)
{
    /// <summary>Takes the lease, or keeps it when it is the holder's already.</summary>
    /// <returns>False while another's has not run out.</returns>
    public async Task<bool> TryTakeAsync(string name, string holder, DateTimeOffset now, TimeSpan span) =>
        await session.ExecuteAsync(
            """
            INSERT INTO leases (name, holder, expires_at) VALUES (@name, @holder, @until)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
                WHERE leases.holder = excluded.holder OR leases.expires_at <= @now
            """,
            new
            {
                name,
                holder,
                now,
                until = now + span,
            }
        ) == 1;

    /// <returns>Null when nobody has taken it, or whoever had it let go.</returns>
    public Task<string?> HolderAsync(string name) =>
        session.ScalarAsync<string>("SELECT holder FROM leases WHERE name = @name", new { name });

    /// <summary>Names of the leases that begin so and have not run out.</summary>
    public Task<IReadOnlyList<string>> HeldAsync(string prefix, DateTimeOffset now) =>
        session.QueryAsync<string>(
            "SELECT name FROM leases WHERE substr(name, 1, @length) = @prefix AND expires_at > @now ORDER BY name",
            new
            {
                prefix,
                length = prefix.Length,
                now,
            }
        );

    /// <summary>Lets go, so that another need not wait for the end of the span.</summary>
    public Task ReleaseAsync(string name, string holder) =>
        session.ExecuteAsync("DELETE FROM leases WHERE name = @name AND holder = @holder", new { name, holder });
}

public static class LeaseRowsExtension
{
    extension(ICatalogSession session)
    {
        public LeaseRows Leases => new(session);
    }
}
