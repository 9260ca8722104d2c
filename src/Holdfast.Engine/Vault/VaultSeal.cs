using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Engine.Vault;

/// <summary>
/// A vault object's bytes: <c>HFV</c> and version 1, nonce[12], AES-256-GCM ciphertext, tag[16]. Header and name are
/// authenticated with it, so that an object cannot pass for another.
/// </summary>
internal static class VaultSeal
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static ReadOnlySpan<byte> Header => "HFV\x01"u8;

    private static int Overhead => Header.Length + NonceLength + TagLength;

    internal static byte[] Seal(string name, ReadOnlySpan<byte> content, VaultKey key)
    {
        byte[] sealedBytes = new byte[content.Length + Overhead];
        Header.CopyTo(sealedBytes);
        Span<byte> nonce = sealedBytes.AsSpan(Header.Length, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> ciphertext = sealedBytes.AsSpan(Header.Length + NonceLength, content.Length);
        using var cipher = new AesGcm(key.Bytes, TagLength);
        cipher.Encrypt(nonce, content, ciphertext, sealedBytes.AsSpan(^TagLength..), Associated(name));
        return sealedBytes;
    }

    /// <returns>Null when the bytes are not what was sealed under this name with this key.</returns>
    internal static byte[]? TryOpen(string name, ReadOnlySpan<byte> sealedBytes, VaultKey key)
    {
        if (sealedBytes.Length < Overhead || !sealedBytes.StartsWith(Header))
        {
            return null;
        }
        byte[] content = new byte[sealedBytes.Length - Overhead];
        using var cipher = new AesGcm(key.Bytes, TagLength);
        try
        {
            cipher.Decrypt(
                sealedBytes.Slice(Header.Length, NonceLength),
                sealedBytes[(Header.Length + NonceLength)..^TagLength],
                sealedBytes[^TagLength..],
                content,
                Associated(name)
            );
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Associated(string name) => [.. Header, .. Encoding.UTF8.GetBytes(name)];
}
