using System.Security.Cryptography;

namespace Holdfast.Engine.Crypto;

/// <summary>
/// Seals and opens with one key: nonce[16], AES-256-CTR of the plaintext, Poly1305-AES tag[16] of the ciphertext.
/// Safe for many threads; each uses a context of its own.
/// </summary>
internal sealed class Sealer(KeyMaterial key) : IDisposable
{
    internal const int NonceLength = 16;
    internal const int TagLength = 16;

    /// <summary>Bytes that sealing adds.</summary>
    internal const int Overhead = NonceLength + TagLength;

    private readonly Pool<SealContext> contexts = new(() => new SealContext(key));

    /// <param name="sealedBytes">Exactly <see cref="Overhead"/> longer than the plaintext; may not overlap it.</param>
    internal void Seal(ReadOnlySpan<byte> plaintext, Span<byte> sealedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sealedBytes.Length, plaintext.Length + Overhead);
        Span<byte> nonce = sealedBytes[..NonceLength];
        Span<byte> ciphertext = sealedBytes[NonceLength..^TagLength];
        using Pool<SealContext>.Lease lease = contexts.Rent();
        lease.Value.NextNonce(nonce);
        lease.Value.Crypt(nonce, plaintext, ciphertext);
        lease.Value.Mac(nonce, ciphertext, sealedBytes[^TagLength..]);
    }

    internal byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        byte[] sealedBytes = new byte[plaintext.Length + Overhead];
        Seal(plaintext, sealedBytes);
        return sealedBytes;
    }

    /// <summary>Opens into <paramref name="plaintext"/>, or in place when that is the ciphertext's own place.</summary>
    /// <returns>False, with nothing decrypted, when the tag does not match.</returns>
    internal bool TryOpen(ReadOnlySpan<byte> sealedBytes, Span<byte> plaintext)
    {
        if (sealedBytes.Length < Overhead)
        {
            return false;
        }
        ReadOnlySpan<byte> nonce = sealedBytes[..NonceLength];
        ReadOnlySpan<byte> ciphertext = sealedBytes[NonceLength..^TagLength];
        ArgumentOutOfRangeException.ThrowIfNotEqual(plaintext.Length, ciphertext.Length);
        Span<byte> tag = stackalloc byte[TagLength];
        using Pool<SealContext>.Lease lease = contexts.Rent();
        lease.Value.Mac(nonce, ciphertext, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, sealedBytes[^TagLength..]))
        {
            return false;
        }
        lease.Value.Crypt(nonce, ciphertext, plaintext);
        return true;
    }

    public void Dispose()
    {
        contexts.Dispose();
        key.Dispose();
    }
}
