using Holdfast.Engine;
using Xunit;

namespace Holdfast.Tests.Engine;

public sealed class MappedMemoryTests
{
    [Fact]
    public void WhatItHoldsStaysWhenItGrows()
    {
        using var memory = new MappedMemory(5000);
        new Random(1).NextBytes(memory.GetSpan());
        byte[] before = memory.GetSpan().ToArray();
        memory.Grow(64 << 20);
        Assert.Equal(64 << 20, memory.GetSpan().Length);
        Assert.Equal(before, memory.GetSpan()[..5000].ToArray());
        Assert.Equal(-1, memory.GetSpan()[5000..].IndexOfAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    public void AnyLengthCanBeHad(int length)
    {
        using var memory = new MappedMemory(length, filled: true);
        Assert.Equal(length, memory.Memory.Length);
        memory.GetSpan().Fill(7);
        Assert.Equal(-1, memory.Memory.Span.IndexOfAnyExcept((byte)7));
    }

    [Fact]
    public void ItIsGoneWhenItIsDisposed()
    {
        var memory = new MappedMemory(10);
        ((IDisposable)memory).Dispose();
        ((IDisposable)memory).Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.GetSpan().Length);
    }

    [Fact]
    public void AWriterHasWhatWasWrittenHoweverLong()
    {
        var random = new Random(2);
        byte[] expected = new byte[3_000_000];
        random.NextBytes(expected);
        using var writer = new MappedWriter(1000);
        for (int round = 0; round < 2; round++)
        {
            for (int at = 0; at < expected.Length; )
            {
                int length = Math.Min(random.Next(1, 100_000), expected.Length - at);
                expected.AsSpan(at, length).CopyTo(round == 0 ? writer.GetSpan(length) : writer.GetMemory(length).Span);
                writer.Advance(length);
                at += length;
            }
            Assert.True(writer.WrittenSpan.SequenceEqual(expected));
            Assert.True(writer.WrittenMemory.Span.SequenceEqual(expected));
            writer.Clear();
            Assert.Equal(0, writer.WrittenMemory.Length);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    [InlineData(40_000_000)]
    public void RentedBytesHaveTheirLengthWhereverTheyLie(int length)
    {
        foreach (PooledBytes rented in new[] { PooledBytes.Rent(length), PooledBytes.RentSeldom(length) })
        {
            using PooledBytes bytes = rented.Shorten(length - 1);
            Assert.Equal(length - 1, bytes.Length);
            bytes.Writable.Span.Fill(3);
            Assert.Equal(length - 1, bytes.Span.Count((byte)3));
            Assert.True(bytes.Memory.Span.SequenceEqual(bytes.Span));
        }
    }
}
