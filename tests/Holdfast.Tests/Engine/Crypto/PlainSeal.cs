using System.Numerics;
using System.Security.Cryptography;

namespace Holdfast.Tests.Engine.Crypto;

/// <summary>The seal as its definition has it, block by block: AES-256 in counter mode and Poly1305-AES.</summary>
internal static class PlainSeal
{
    private const int Block = 16;

    private static readonly BigInteger Prime = (BigInteger.One << 130) - 5;

    /// <param name="key">32 bytes for the cipher, then k and r of the tag, 16 each.</param>
    internal static byte[] Seal(byte[] key, byte[] nonce, byte[] plaintext)
    {
        byte[] ciphertext = Encipher(key[..32], nonce, plaintext);
        return [.. nonce, .. ciphertext, .. Tag(key[32..48], key[48..64], nonce, ciphertext)];
    }

    private static byte[] Encipher(byte[] key, byte[] nonce, byte[] plaintext)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] counter = [.. nonce];
        byte[] result = [.. plaintext];
        for (int start = 0; start < result.Length; start += Block)
        {
            byte[] stream = aes.EncryptEcb(counter, PaddingMode.None);
            for (int i = start; i < Math.Min(start + Block, result.Length); i++)
            {
                result[i] ^= stream[i - start];
            }
            for (int i = Block - 1; i >= 0 && ++counter[i] == 0; i--) { }
        }
        return result;
    }

    private static byte[] Tag(byte[] k, byte[] r, byte[] nonce, byte[] message)
    {
        byte[] clamp = Convert.FromHexString("ffffff0ffcffff0ffcffff0ffcffff0f");
        BigInteger point = Number([.. r.Zip(clamp, (left, right) => (byte)(left & right))]);
        BigInteger sum = BigInteger.Zero;
        foreach (byte[] block in message.Chunk(Block))
        {
            sum = (sum + Number([.. block, 1])) * point % Prime;
        }
        using var aes = Aes.Create();
        aes.Key = k;
        sum += Number(aes.EncryptEcb(nonce, PaddingMode.None));
        byte[] bytes = sum.ToByteArray(isUnsigned: true);
        return [.. bytes.Concat(new byte[Block]).Take(Block)];
    }

    private static BigInteger Number(byte[] littleEndian) => new(littleEndian, isUnsigned: true);
}
