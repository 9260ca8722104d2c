using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Json;
using Polynomial = Holdfast.Engine.Chunking.ChunkerPolynomial;

namespace Holdfast.Engine.Storage;

/// <summary>The object <c>config</c> inside its seal.</summary>
internal sealed record ConfigJson(int Version, string? Id, string? ChunkerPolynomial);

/// <summary>What a repository was made with: its id, 64 hex digits, and the polynomial that decides its cuts.</summary>
internal sealed record RepositoryConfig(string Id, ulong ChunkerPolynomial)
{
    private const int Version = 2;

    internal static RepositoryConfig Create() =>
        new(RandomNumberGenerator.GetHexString(2 * Engine.Id.Size, lowercase: true), Polynomial.CreateRandom());

    /// <returns>False when there is a config already, which stays.</returns>
    internal Task<bool> TryCreateAsync(RepositoryStore store, Sealer sealer, CancellationToken cancellationToken)
    {
        var json = new ConfigJson(Version, Id, ChunkerPolynomial.ToString("x", CultureInfo.InvariantCulture));
        byte[] sealedBytes = sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(json, EngineJson.Default.ConfigJson));
        return store.TryCreateAsync(RepositoryStore.Config, new ReadOnlySequence<byte>(sealedBytes), cancellationToken);
    }

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.Damaged"/>, or <see cref="EngineErrorKind.Invalid"/>
    /// for a version that this engine does not write.
    /// </exception>
    internal static async Task<RepositoryConfig> LoadAsync(
        RepositoryStore store,
        Sealer sealer,
        CancellationToken cancellationToken
    )
    {
        using PooledBytes content = await store.ReadAllAsync(RepositoryStore.Config, cancellationToken);
        return Open(content, sealer);
    }

    /// <param name="content">The object as it is stored.</param>
    /// <param name="sealer">The repository's.</param>
    /// <exception cref="EngineError">As above.</exception>
    internal static RepositoryConfig Open(in PooledBytes content, Sealer sealer) =>
        Parse(content.Span, sealer)
        ?? throw new EngineError(
            EngineErrorKind.Damaged,
            temporary: false,
            "The repository's config is not what was stored.",
            "Restore the object 'config' from a copy of the store: without it the repository cannot be opened."
        );

    /// <summary>Whether the key is the one that the config is sealed with.</summary>
    internal static bool IsSealedWith(KeyMaterial key, in PooledBytes content)
    {
        using var sealer = new Sealer(key.Copy());
        return sealer.TryOpen(content.Span, new byte[Math.Max(0, content.Length - Sealer.Overhead)]);
    }

    private static RepositoryConfig? Parse(ReadOnlySpan<byte> content, Sealer sealer)
    {
        byte[] plaintext = new byte[Math.Max(0, content.Length - Sealer.Overhead)];
        if (!sealer.TryOpen(content, plaintext) || Deserialize(plaintext) is not { } json)
        {
            return null;
        }
        if (json.Version != Version)
        {
            throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"The repository has format version {json.Version}; this engine reads and writes version {Version}.",
                "Upgrade it with: restic migrate upgrade_repo_v2."
            );
        }
        bool valid =
            Engine.Id.TryParse(json.Id, out _)
            && ulong.TryParse(
                json.ChunkerPolynomial,
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out ulong polynomial
            )
            && Polynomial.IsUsable(polynomial);
        return valid ? new RepositoryConfig(json.Id!, Convert.ToUInt64(json.ChunkerPolynomial, 16)) : null;
    }

    private static ConfigJson? Deserialize(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, EngineJson.Default.ConfigJson);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
