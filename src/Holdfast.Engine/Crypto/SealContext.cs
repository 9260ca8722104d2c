using System.Security.Cryptography;

namespace Holdfast.Engine.Crypto;

/// <summary>OpenSSL contexts bound to one key, reused for blob after blob. For one thread at a time.</summary>
internal sealed unsafe class SealContext : IDisposable
{
    private const int NonceBatch = 256;

    private readonly byte[] nonces = new byte[NonceBatch * Sealer.NonceLength];
    private readonly byte[] polyKey = new byte[2 * KeyMaterial.MacPartLength];
    private int nextNonce;
    private readonly NativeHandle cipher = new(Libcrypto.CipherNew(), Libcrypto.CipherFree);
    private readonly NativeHandle polyNonce = new(Libcrypto.CipherNew(), Libcrypto.CipherFree);
    private readonly NativeHandle mac = new(Libcrypto.MacNew(Libcrypto.Algorithms.Poly1305), Libcrypto.MacFree);

    internal SealContext(KeyMaterial key)
    {
        nextNonce = nonces.Length;
        key.MacR.CopyTo(polyKey);
        fixed (
            byte* encrypt = key.Encrypt,
                k = key.MacK
        )
        {
            Libcrypto.Check(
                Libcrypto.EncryptInit(cipher, Libcrypto.Algorithms.Aes256Ctr, encrypt, null, 0),
                "AES init"
            );
            Libcrypto.Check(Libcrypto.EncryptInit(polyNonce, Libcrypto.Algorithms.Aes128Ecb, k, null, 0), "AES init");
            Libcrypto.Check(Libcrypto.CipherPadding(polyNonce, 0), "AES padding");
        }
    }

    /// <summary>A fresh random nonce: drawn from the system's generator many at a time.</summary>
    internal void NextNonce(Span<byte> nonce)
    {
        do
        {
            if (nextNonce == nonces.Length)
            {
                RandomNumberGenerator.Fill(nonces);
                nextNonce = 0;
            }
            nonces.AsSpan(nextNonce, Sealer.NonceLength).CopyTo(nonce);
            nextNonce += Sealer.NonceLength;
        } while (!nonce.ContainsAnyExcept((byte)0)); // The format forbids the zero nonce.
    }

    /// <summary>AES-256-CTR with the nonce as the whole first counter block; its own inverse, in place or not.</summary>
    internal void Crypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written;
        fixed (
            byte* iv = nonce,
                from = input,
                to = output
        )
        {
            Libcrypto.Check(Libcrypto.EncryptInit(cipher, 0, null, iv, 0), "AES nonce");
            if (input.Length > 0)
            {
                Libcrypto.Check(Libcrypto.EncryptUpdate(cipher, to, &written, from, input.Length), "AES");
            }
        }
    }

    /// <summary>Poly1305-AES of the ciphertext: the one-time key is r, then AES-128 of the nonce under k.</summary>
    internal void Mac(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, Span<byte> tag)
    {
        int written;
        nuint length;
        fixed (
            byte* iv = nonce,
                from = ciphertext,
                to = tag,
                key = polyKey
        )
        {
            byte* pad = key + KeyMaterial.MacPartLength;
            Libcrypto.Check(
                Libcrypto.EncryptUpdate(polyNonce, pad, &written, iv, KeyMaterial.MacPartLength),
                "AES of the nonce"
            );
            Libcrypto.Check(Libcrypto.MacInit(mac, key, (nuint)polyKey.Length, 0), "Poly1305 key");
            Libcrypto.Check(Libcrypto.MacUpdate(mac, from, (nuint)ciphertext.Length), "Poly1305");
            Libcrypto.Check(Libcrypto.MacFinal(mac, to, &length, (nuint)tag.Length), "Poly1305");
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(polyKey);
        cipher.Dispose();
        polyNonce.Dispose();
        mac.Dispose();
    }
}
