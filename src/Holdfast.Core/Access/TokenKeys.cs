using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Services;

namespace Holdfast.Core.Access;

/// <summary>An opened key. Ids count up from 1.</summary>
public sealed record TokenKey(int Id, byte[] Secret, DateTimeOffset CreatedAt);

/// <summary>
/// The keys that sign tokens: in the catalog, sealed by the master key, so that any node reads any node's tokens. The newest
/// signs; an older one is kept until the last token it signed has expired. A new one is made every 30 days.
/// </summary>
public sealed class TokenKeys(IdentityCatalog catalog, IMasterKey masterKey, TimeProvider time)
{
    /// <summary>Longest life of a token, and with it of a key after its successor.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(30);

    private sealed record Opened(long Generation, IReadOnlyDictionary<int, TokenKey> Keys)
    {
        public TokenKey? Newest => Keys.Values.MaxBy(key => key.Id);
    }

    private volatile Opened opened = new(-1, new Dictionary<int, TokenKey>());

    /// <summary>The key to sign with now; made if there is none, or none young enough.</summary>
    public async Task<TokenKey> SigningAsync(CancellationToken cancellationToken)
    {
        // Read anew: what another process has made void must not sign any more.
        Opened known = await LoadAsync(cancellationToken);
        return known.Newest is { } newest && time.GetUtcNow() - newest.CreatedAt < KeyLifetime
            ? newest
            : await RotateAsync(known.Newest?.Id ?? 0, cancellationToken);
    }

    /// <summary>Null: no such key, or no more.</summary>
    public async Task<TokenKey?> FindAsync(int id, CancellationToken cancellationToken) =>
        (await CurrentAsync(cancellationToken)).Keys.GetValueOrDefault(id)
        ?? (await LoadAsync(cancellationToken)).Keys.GetValueOrDefault(id);

    /// <summary>Makes a new key now; tokens of the old ones live on until they expire.</summary>
    public async Task<TokenKey> RotateAsync(CancellationToken cancellationToken) =>
        await RotateAsync((await LoadAsync(cancellationToken)).Newest?.Id ?? 0, cancellationToken);

    /// <summary>Puts a new key in the place of all others, for the operator on the host: no token that was signed before holds.</summary>
    public Task RevokeAllAsync(CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async rows =>
            {
                await masterKey.RequireCurrentAsync(rows);
                // Nodes know keys by their ids, so none is given twice.
                int next = await rows.Tokens.KeysAsync() is [.., var newest] ? newest.Id + 1 : 1;
                await rows.Tokens.RemoveKeysAsync(next);
                await rows.Tokens.AddKeyAsync(Fresh(next));
                await rows.NoteByHostAsync(AuditAction.RevokeTokens, projectId: null, time.Now());
                return true;
            },
            cancellationToken
        );

    /// <param name="newest">The key to replace; when another has come after it, that one is the answer.</param>
    private async Task<TokenKey> RotateAsync(int newest, CancellationToken cancellationToken)
    {
        SealedTokenKey made = Fresh(newest + 1);
        DateTimeOffset now = made.CreatedAt;
        await catalog.WriteAsync(
            async rows =>
            {
                await masterKey.RequireCurrentAsync(rows);
                IReadOnlyList<SealedTokenKey> keys = await rows.Tokens.KeysAsync();
                if (keys.Count > 0 && keys[^1].Id > newest)
                {
                    return false;
                }
                // A key stopped signing when its successor came: those that did so a token's life ago are done.
                int oldest = keys.LastOrDefault(key => key.CreatedAt <= now - TokenLifetime)?.Id ?? 0;
                await rows.Tokens.RemoveKeysAsync(oldest);
                await rows.Tokens.AddKeyAsync(made);
                return true;
            },
            cancellationToken
        );
        return (await LoadAsync(cancellationToken)).Newest!;
    }

    private SealedTokenKey Fresh(int id) =>
        new()
        {
            Id = id,
            Sealed = masterKey.Seal(RandomNumberGenerator.GetBytes(SignedToken.KeySize)),
            CreatedAt = time.Now(),
        };

    private async Task<Opened> CurrentAsync(CancellationToken cancellationToken)
    {
        Opened known = opened;
        return known.Generation == await catalog.GenerationAsync(cancellationToken)
            ? known
            : await LoadAsync(cancellationToken);
    }

    private async Task<Opened> LoadAsync(CancellationToken cancellationToken)
    {
        long generation = await catalog.GenerationAsync(cancellationToken);
        IReadOnlyList<SealedTokenKey> rows = await catalog.ReadAsync(
            session => session.Tokens.KeysAsync(),
            cancellationToken
        );
        IReadOnlyDictionary<int, TokenKey> before = opened.Keys;
        Dictionary<int, TokenKey> keys = rows.ToDictionary(
            row => row.Id,
            row => before.GetValueOrDefault(row.Id) ?? new TokenKey(row.Id, masterKey.Unseal(row.Sealed), row.CreatedAt)
        );
        return opened = new Opened(generation, keys);
    }
}
