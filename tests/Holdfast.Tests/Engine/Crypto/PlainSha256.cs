using System.Buffers.Binary;
using System.Numerics;

namespace Holdfast.Tests.Engine.Crypto;

/// <summary>SHA-256 as FIPS 180-4 defines it, word by word.</summary>
internal static class PlainSha256
{
    private const int Block = 64;

    private static readonly uint[] Primes =
    [
        .. Enumerable.Range(2, 310).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Select(n => (uint)n),
    ];

    /// <summary>The first 32 bits of the fractions of the first 64 primes' cube roots.</summary>
    private static readonly uint[] Round = [.. Primes.Take(64).Select(prime => FractionOfRoot(prime, 3))];

    internal static byte[] Hash(byte[] message)
    {
        byte[] padded = new byte[(message.Length + 9 + Block - 1) / Block * Block];
        message.CopyTo(padded, 0);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)message.Length * 8);
        uint[] state = [.. Primes.Take(8).Select(prime => FractionOfRoot(prime, 2))];
        for (int start = 0; start < padded.Length; start += Block)
        {
            Compress(state, padded.AsSpan(start, Block));
        }
        byte[] digest = new byte[32];
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(i * 4), state[i]);
        }
        return digest;
    }

    private static void Compress(uint[] state, ReadOnlySpan<byte> block)
    {
        uint[] words = new uint[64];
        for (int i = 0; i < 64; i++)
        {
            words[i] =
                i < 16
                    ? BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..])
                    : Mix(words[i - 2], 17, 19, 10) + words[i - 7] + Mix(words[i - 15], 7, 18, 3) + words[i - 16];
        }
        uint[] s = [.. state];
        for (int i = 0; i < 64; i++)
        {
            uint choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
            uint majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
            uint first = s[7] + Turn(s[4], 6, 11, 25) + choice + Round[i] + words[i];
            uint second = Turn(s[0], 2, 13, 22) + majority;
            s = [first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]];
        }
        for (int i = 0; i < state.Length; i++)
        {
            state[i] += s[i];
        }
    }

    private static uint Turn(uint word, int a, int b, int c) =>
        BitOperations.RotateRight(word, a) ^ BitOperations.RotateRight(word, b) ^ BitOperations.RotateRight(word, c);

    private static uint Mix(uint word, int a, int b, int shift) =>
        BitOperations.RotateRight(word, a) ^ BitOperations.RotateRight(word, b) ^ (word >> shift);

    /// <summary>floor(2^32 × prime^(1/degree)) without what is above 32 bits, by trying bits.</summary>
    private static uint FractionOfRoot(uint prime, int degree)
    {
        BigInteger target = (BigInteger)prime << (32 * degree);
        BigInteger root = BigInteger.Zero;
        for (int bit = 40; bit >= 0; bit--)
        {
            BigInteger next = root | (BigInteger.One << bit);
            root = BigInteger.Pow(next, degree) <= target ? next : root;
        }
        return (uint)(root & uint.MaxValue);
    }
}
