using Holdfast.Engine;
using Holdfast.Engine.Compression;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Engine.Compression;

public sealed class ZstdTests : IDisposable
{
    private readonly Compressor compressor = new();
    private readonly Decompressor decompressor = new();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatIsCompressedComesBack(int level)
    {
        foreach (byte[] blob in SampleBlobs.Of(seed: level, count: 100).Append([]))
        {
            byte[] frame = [.. compressor.Compress(blob, level).Span];
            byte[] plaintext = new byte[blob.Length];
            Assert.True(decompressor.TryDecompress(frame, plaintext.AsSpan()));
            Assert.Equal(blob, plaintext);
            Assert.True(decompressor.TryDecompress(frame, out PooledBytes guessed));
            Assert.Equal(blob, guessed.Span);
            guessed.Dispose();
        }
    }

    /// <summary>Parameters depend on level and length, and stay with a context until they are set anew.</summary>
    [Fact]
    public void AFrameIsTheSameWhateverTheContextDidBefore()
    {
        const int Short = Compressor.OneTableUpTo;
        const int Edge = Compressor.SmallTablesAbove;
        var random = new Random(1);
        (byte[] Blob, int Level)[] inputs =
        [
            .. from length in new[] { 1, 3000, Short, Short + 1, Edge - 1, Edge, Edge + 1, 2 * Edge + 1, 1_500_000 }
            from level in new[] { 1, 3, 5 }
            select (SampleBlobs.Text(random, length), level),
        ];
        random.Shuffle(inputs);
        foreach ((byte[] blob, int level) in inputs)
        {
            using var fresh = new Compressor();
            byte[] frame = [.. compressor.Compress(blob, level).Span];
            Assert.Equal(fresh.Compress(blob, level).Span, frame);
            byte[] plaintext = new byte[blob.Length];
            Assert.True(decompressor.TryDecompress(frame, plaintext.AsSpan()));
            Assert.Equal(blob, plaintext);
        }
    }

    [Fact]
    public void AnotherLengthThanTheContentsIsRefused()
    {
        byte[] frame = [.. compressor.Compress(new byte[1000], 3).Span];
        Assert.False(decompressor.TryDecompress(frame, new byte[999].AsSpan()));
        Assert.False(decompressor.TryDecompress(frame, new byte[1001].AsSpan()));
    }

    [Fact]
    public void ADamagedFrameIsRefused()
    {
        byte[] blob = SampleBlobs.Text(new Random(1), 5000);
        byte[] frame = [.. compressor.Compress(blob, 3).Span];
        Assert.False(decompressor.TryDecompress(frame.AsSpan(..^1), new byte[blob.Length].AsSpan()));
        Assert.False(decompressor.TryDecompress(frame.AsSpan(..^1), out PooledBytes _));
        frame[0] ^= 1;
        Assert.False(decompressor.TryDecompress(frame, out PooledBytes _));
        Assert.False(decompressor.TryDecompress([], out PooledBytes _));
    }

    /// <summary>A frame of a streaming compressor does not say how long its content is.</summary>
    [Fact]
    public void AFrameOfUnknownLengthOpens()
    {
        byte[] frame = Convert.FromBase64String("KLUv/QRYZQAAMGhlbGxvIAEAuUsRK+Fo5w==");
        Assert.True(decompressor.TryDecompress(frame, out PooledBytes plaintext));
        Assert.Equal("hello hello hello hello hello hello"u8, plaintext.Span);
        plaintext.Dispose();
    }

    [Fact]
    public void OnlyNoiseIsHopeless()
    {
        var random = new Random(1);
        byte[] noise = SampleBlobs.Noise(random, 1_000_000);
        Assert.True(compressor.IsHopeless(noise));
        noise.AsSpan(980_000).Clear();
        Assert.False(compressor.IsHopeless(noise));
        Assert.False(compressor.IsHopeless(SampleBlobs.Text(random, 1_000_000)));
        Assert.False(compressor.IsHopeless(SampleBlobs.Noise(random, 1000)));
    }

    public void Dispose()
    {
        compressor.Dispose();
        decompressor.Dispose();
    }
}
