namespace Holdfast.Core.Catalog;

/// <summary>A key that signs tokens, sealed by the master key. Ids count up; the newest signs.</summary>
public sealed record SealedTokenKey
{
    public required int Id { get; init; }
    public required byte[] Sealed { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What of tokens is not in the tokens themselves.</summary>
public sealed class TokenRows(ICatalogSession session)
{
    /// <summary>Kept until the token would have expired; forgets those that have.</summary>
    public async Task RevokeAsync(Guid auditId, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        await session.ExecuteAsync("DELETE FROM revoked_tokens WHERE expires_at <= @now", new { now });
        await session.ExecuteAsync(
            "INSERT INTO revoked_tokens (audit_id, expires_at) VALUES (@id, @expiresAt) ON CONFLICT (audit_id) DO NOTHING",
            new { id = Text(auditId), expiresAt }
        );
    }

    public async Task<bool> IsRevokedAsync(Guid auditId) =>
        await session.ScalarAsync<int>(
            "SELECT count(*) FROM revoked_tokens WHERE audit_id = @id",
            new { id = Text(auditId) }
        ) > 0;

    public Task<IReadOnlyList<SealedTokenKey>> KeysAsync() =>
        session.QueryAsync<SealedTokenKey>("SELECT id, sealed, created_at FROM token_keys ORDER BY id");

    public Task AddKeyAsync(SealedTokenKey key) =>
        session.ExecuteAsync("INSERT INTO token_keys (id, sealed, created_at) VALUES (@Id, @Sealed, @CreatedAt)", key);

    /// <summary>The same key, sealed by another master key.</summary>
    public Task ResealKeyAsync(int id, byte[] closed) =>
        session.ExecuteAsync("UPDATE token_keys SET sealed = @closed WHERE id = @id", new { id, closed });

    /// <summary>Forgets the keys below <paramref name="oldest"/>: no token of theirs is alive.</summary>
    public Task RemoveKeysAsync(int oldest) =>
        session.ExecuteAsync("DELETE FROM token_keys WHERE id < @oldest", new { oldest });

    private static string Text(Guid id) => id.ToString("N");
}

public static class TokenRowsExtension
{
    extension(ICatalogSession session)
    {
        public TokenRows Tokens => new(session);
    }
}
