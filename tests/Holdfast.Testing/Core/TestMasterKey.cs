using System.Security.Cryptography;
using Holdfast.Core;

namespace Holdfast.Testing.Core;

/// <summary>A master key that lives as long as the test.</summary>
public sealed class TestMasterKey : IMasterKey
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        byte[] closed = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceSize));
        using AesGcm aes = new(key, TagSize);
        aes.Encrypt(
            closed.AsSpan(0, NonceSize),
            plain,
            closed.AsSpan(NonceSize, plain.Length),
            closed.AsSpan(^TagSize..)
        );
        return closed;
    }

    public byte[] Unseal(ReadOnlySpan<byte> sealedBytes)
    {
        byte[] plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using AesGcm aes = new(key, TagSize);
        aes.Decrypt(sealedBytes[..NonceSize], sealedBytes[NonceSize..^TagSize], sealedBytes[^TagSize..], plain);
        return plain;
    }
}
