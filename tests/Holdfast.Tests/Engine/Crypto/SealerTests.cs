using System.Numerics;
using System.Security.Cryptography;
using Holdfast.Engine.Crypto;
using Xunit;

namespace Holdfast.Tests.Engine.Crypto;

public sealed class SealerTests : IDisposable
{
    private readonly Sealer sealer = new(KeyMaterial.Random());

    [Fact]
    public void WhatIsSealedOpens()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] plaintext = new byte[i < 200 ? i : random.Next(100_000)];
            random.NextBytes(plaintext);
            byte[] sealedBytes = sealer.Seal(plaintext);
            Assert.Equal(plaintext.Length + 32, sealedBytes.Length);
            byte[] opened = new byte[plaintext.Length];
            Assert.True(sealer.TryOpen(sealedBytes, opened));
            Assert.Equal(plaintext, opened);
        }
    }

    [Fact]
    public void SealsAsTheDefinitionDoes()
    {
        var random = new Random(2);
        byte[] key = RandomNumberGenerator.GetBytes(KeyMaterial.Length);
        using var own = new Sealer(new KeyMaterial([.. key]));
        for (int i = 0; i < 150; i++)
        {
            byte[] plaintext = new byte[i < 100 ? i : random.Next(20_000)];
            random.NextBytes(plaintext);
            byte[] sealedBytes = own.Seal(plaintext);
            Assert.Equal(PlainSeal.Seal(key, sealedBytes[..Sealer.NonceLength], plaintext), sealedBytes);
        }
    }

    [Fact]
    public void OpensInPlace()
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(1000);
        byte[] sealedBytes = sealer.Seal(plaintext);
        Span<byte> place = sealedBytes.AsSpan(16..^16);
        Assert.True(sealer.TryOpen(sealedBytes, place));
        Assert.Equal(plaintext, place);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    public void AnyFlippedBitIsRefusedAndNothingDeciphered(int length)
    {
        byte[] sealedBytes = sealer.Seal(RandomNumberGenerator.GetBytes(length));
        for (int bit = 0; bit < sealedBytes.Length * 8; bit++)
        {
            byte[] changed = [.. sealedBytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] opened = new byte[length];
            Assert.False(sealer.TryOpen(changed, opened));
            Assert.DoesNotContain(opened, value => value != 0);
        }
    }

    [Fact]
    public void TooShortIsRefused()
    {
        for (int length = 0; length < Sealer.Overhead; length++)
        {
            Assert.False(sealer.TryOpen(new byte[length], []));
        }
    }

    [Fact]
    public void AnotherKeyIsRefused()
    {
        using var other = new Sealer(KeyMaterial.Random());
        Assert.False(other.TryOpen(sealer.Seal([1, 2, 3]), new byte[3]));
    }

    [Fact]
    public void NoncesNeverRepeat()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < 2000; i++)
        {
            Assert.True(seen.Add(Convert.ToHexString(sealer.Seal([]).AsSpan(0, 16))));
        }
    }

    /// <summary>The counter is the whole nonce, big-endian, and carries through all 16 bytes.</summary>
    [Theory]
    [InlineData("00000000000000000000000000000001")]
    [InlineData("ffffffffffffffffffffffffffffffff")]
    [InlineData("00000000ffffffffffffffffffffffff")]
    public void CountsThroughAllSixteenBytes(string nonceHex)
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyMaterial.Length);
        byte[] nonce = Convert.FromHexString(nonceHex);
        byte[] stream = new byte[5 * 16 + 3];
        using (var context = new SealContext(new KeyMaterial(key)))
        {
            context.Crypt(nonce, new byte[stream.Length], stream);
        }
        using var aes = Aes.Create();
        aes.Key = key[..32];
        var counter = new BigInteger(nonce, isUnsigned: true, isBigEndian: true);
        for (int block = 0; block * 16 < stream.Length; block++)
        {
            byte[] bytes = ((counter + block) % BigInteger.Pow(2, 128)).ToByteArray(
                isUnsigned: true,
                isBigEndian: true
            );
            byte[] input = [.. new byte[16 - bytes.Length], .. bytes];
            byte[] expected = aes.EncryptEcb(input, PaddingMode.None);
            int length = Math.Min(16, stream.Length - block * 16);
            Assert.Equal(expected.AsSpan(0, length), stream.AsSpan(block * 16, length));
        }
    }

    /// <summary>A vector of the paper that defines Poly1305-AES.</summary>
    [Fact]
    public void TheTagIsThatOfThePaper()
    {
        byte[] k = Convert.FromHexString("ec074c835580741701425b623235add6");
        byte[] r = Convert.FromHexString("851fc40c3467ac0be05cc20404f3f700");
        byte[] nonce = Convert.FromHexString("fb447350c4e868c52ac3275cf9d4327e");
        byte[] tag = new byte[16];
        using var context = new SealContext(new KeyMaterial([.. new byte[32], .. k, .. r]));
        context.Mac(nonce, Convert.FromHexString("f3f6"), tag);
        Assert.Equal("f4c633c3044fc145f84f335cb81953de", Convert.ToHexStringLower(tag));
    }

    [Fact]
    public void ManyThreadsSealAtOnce()
    {
        Parallel.For(
            0,
            200,
            i =>
            {
                byte[] plaintext = [.. Enumerable.Repeat((byte)i, 1000 + i)];
                byte[] opened = new byte[plaintext.Length];
                Assert.True(sealer.TryOpen(sealer.Seal(plaintext), opened));
                Assert.Equal(plaintext, opened);
            }
        );
    }

    public void Dispose() => sealer.Dispose();
}
