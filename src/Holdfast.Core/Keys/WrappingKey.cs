using System.Security.Cryptography;
using Holdfast.Engine.Vault;

namespace Holdfast.Core.Keys;

/// <summary>A master key's 32 bytes, and what is done with them. Each use has a key of its own that is derived from them.</summary>
public sealed class WrappingKey(byte[] secret)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>64 hex digits that tell it from other keys, and nothing else of it.</summary>
    public string Fingerprint { get; } = VaultKey.Fingerprint(secret);

    /// <summary>A key for one kind of object in the store.</summary>
    public VaultKey ForVault(string purpose) => new(secret, purpose);

    /// <summary>For the catalog.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        byte[] closed = new byte[NonceSize + plain.Length + TagSize];
        Span<byte> nonce = closed.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(CatalogKey(), TagSize);
        cipher.Encrypt(nonce, plain, closed.AsSpan(NonceSize, plain.Length), closed.AsSpan(^TagSize..));
        return closed;
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: sealed by another key, or damaged.</exception>
    public byte[] Unseal(ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceSize + TagSize)
        {
            throw NotSealed(null);
        }
        byte[] plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using AesGcm cipher = new(CatalogKey(), TagSize);
        try
        {
            ReadOnlySpan<byte> text = sealedBytes[NonceSize..^TagSize];
            cipher.Decrypt(sealedBytes[..NonceSize], text, sealedBytes[^TagSize..], plain);
            return plain;
        }
        catch (CryptographicException error)
        {
            throw NotSealed(error);
        }
    }

    private byte[] CatalogKey() =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, MasterKey.Size, info: "holdfast catalog"u8.ToArray());

    private static ServiceError NotSealed(Exception? inner) =>
        new(
            ServiceErrorKind.Unavailable,
            "A secret in the catalog was sealed by another master key, or is damaged. Put back the right key or catalog.",
            inner
        );
}
