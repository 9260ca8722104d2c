using System.Security.Cryptography;

namespace Holdfast.Engine.Crypto;

/// <summary>
/// The 64 bytes that seal and open: AES-256 key, then the AES-128 key k and the r of Poly1305-AES. A password's derived
/// key and a repository's master key have the same shape.
/// </summary>
internal sealed class KeyMaterial : IDisposable
{
    internal const int EncryptLength = 32;
    internal const int MacPartLength = 16;
    internal const int Length = EncryptLength + 2 * MacPartLength;

    private readonly byte[] bytes;

    internal KeyMaterial(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        this.bytes = bytes.ToArray();
    }

    internal static KeyMaterial Random()
    {
        Span<byte> fresh = stackalloc byte[Length];
        RandomNumberGenerator.Fill(fresh);
        var key = new KeyMaterial(fresh);
        CryptographicOperations.ZeroMemory(fresh);
        return key;
    }

    internal ReadOnlySpan<byte> Encrypt => bytes.AsSpan(0, EncryptLength);

    internal ReadOnlySpan<byte> MacK => bytes.AsSpan(EncryptLength, MacPartLength);

    internal ReadOnlySpan<byte> MacR => bytes.AsSpan(EncryptLength + MacPartLength);

    /// <summary>All-zero parts are what a truncated or blank key file yields; the format forbids them.</summary>
    internal bool IsValid =>
        Encrypt.ContainsAnyExcept((byte)0) && MacK.ContainsAnyExcept((byte)0) && MacR.ContainsAnyExcept((byte)0);

    internal KeyMaterial Copy() => new(bytes);

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
