using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Engine.Vault;

/// <summary>
/// A key that seals vault objects, derived by HKDF-SHA-256 from a secret of high entropy (a master key, a repository's
/// random password) for one purpose. Keys of different purposes tell nothing about each other.
/// </summary>
public sealed class VaultKey : IDisposable
{
    private const int Length = 32;

    private readonly byte[] key;

    /// <param name="secret">At least 32 bytes, random: HKDF does not make a weak password strong.</param>
    /// <param name="purpose">For example <c>keyring</c>.</param>
    public VaultKey(ReadOnlySpan<byte> secret, string purpose) => key = Derive(secret, purpose);

    /// <summary>Tells whether two secrets are the same without telling what they are: 64 hex digits.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> secret) =>
        Convert.ToHexStringLower(Derive(secret, "fingerprint"));

    internal ReadOnlySpan<byte> Bytes => key;

    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    private static byte[] Derive(ReadOnlySpan<byte> secret, string purpose)
    {
        if (secret.Length < Length)
        {
            throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"A key needs a secret of at least {Length} bytes; this one has {secret.Length}."
            );
        }
        byte[] derived = new byte[Length];
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            secret,
            derived,
            [],
            Encoding.UTF8.GetBytes($"holdfast vault {purpose}")
        );
        return derived;
    }
}
