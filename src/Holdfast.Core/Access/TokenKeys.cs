using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;

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
        Opened known = opened;
        if (known.Generation != catalog.Generation)
        {
            known = await LoadAsync(cancellationToken);
        }
        return known.Newest is { } newest && time.GetUtcNow() - newest.CreatedAt < KeyLifetime
            ? newest
            : await RotateAsync(known.Newest?.Id ?? 0, cancellationToken);
    }

    /// <summary>Null: no such key, or no more.</summary>
    public async Task<TokenKey?> FindAsync(int id, CancellationToken cancellationToken) =>
        opened.Keys.GetValueOrDefault(id) ?? (await LoadAsync(cancellationToken)).Keys.GetValueOrDefault(id);

    /// <summary>Makes a new key now; tokens of the old ones live on until they expire.</summary>
    public async Task<TokenKey> RotateAsync(CancellationToken cancellationToken) =>
        await RotateAsync((await LoadAsync(cancellationToken)).Newest?.Id ?? 0, cancellationToken);

    /// <param name="newest">The key to replace; when another has come after it, that one is the answer.</param>
    private async Task<TokenKey> RotateAsync(int newest, CancellationToken cancellationToken)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(SignedToken.KeySize);
        byte[] closed = masterKey.Seal(secret);
        DateTimeOffset now = time.Now();
        await catalog.WriteAsync(
            async rows =>
            {
                IReadOnlyList<SealedTokenKey> keys = await rows.Tokens.KeysAsync();
                if (keys.Count > 0 && keys[^1].Id > newest)
                {
                    return false;
                }
                // A key stopped signing when its successor came: those that did so a token's life ago are done.
                int oldest = keys.LastOrDefault(key => key.CreatedAt <= now - TokenLifetime)?.Id ?? 0;
                await rows.Tokens.RemoveKeysAsync(oldest);
                await rows.Tokens.AddKeyAsync(
                    new SealedTokenKey
                    {
                        Id = newest + 1,
                        Sealed = closed,
                        CreatedAt = now,
                    }
                );
                return true;
            },
            cancellationToken
        );
        return (await LoadAsync(cancellationToken)).Newest!;
    }

    private async Task<Opened> LoadAsync(CancellationToken cancellationToken)
    {
        long generation = catalog.Generation;
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
