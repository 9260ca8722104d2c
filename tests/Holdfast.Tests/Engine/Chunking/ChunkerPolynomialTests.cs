using Holdfast.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Chunking;

public sealed class ChunkerPolynomialTests
{
    [Theory]
    [InlineData(0x3DA3358B4DC173UL, true)]
    [InlineData(0x3DA3358B4DC171UL, false)]
    [InlineData(0x11BUL, true)] // the field of AES
    [InlineData(0x11DUL, true)]
    [InlineData(0x101UL, false)] // (x + 1)^8
    [InlineData(0x15UL, false)] // (x^2 + x + 1)^2
    [InlineData(0b10UL, true)]
    [InlineData(0b11UL, true)]
    [InlineData(1UL, false)]
    [InlineData(0UL, false)]
    public void KnownPolynomials(ulong polynomial, bool irreducible)
    {
        Assert.Equal(irreducible, ChunkerPolynomial.IsIrreducible(polynomial));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 6)]
    [InlineData(6, 9)]
    [InlineData(7, 18)]
    [InlineData(8, 30)]
    [InlineData(9, 56)]
    [InlineData(10, 99)]
    [InlineData(11, 186)]
    [InlineData(12, 335)]
    public void ThereAreAsManyAsGaussCounted(int degree, int count)
    {
        int found = 0;
        for (ulong polynomial = 1UL << degree; polynomial < 2UL << degree; polynomial++)
        {
            found += ChunkerPolynomial.IsIrreducible(polynomial) ? 1 : 0;
        }
        Assert.Equal(count, found);
    }

    [Fact]
    public void AProductIsReducible()
    {
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            int degree = random.Next(1, 53);
            ulong left = (1UL << degree) | (ulong)random.NextInt64(1L << degree);
            ulong right = (1UL << (53 - degree)) | (ulong)random.NextInt64(1L << (53 - degree));
            ulong product = 0;
            for (int bit = 0; bit <= 53; bit++)
            {
                product ^= ((right >> bit) & 1) != 0 ? left << bit : 0;
            }
            Assert.False(ChunkerPolynomial.IsUsable(product), $"{left:x} times {right:x}");
        }
    }

    [Fact]
    public void ARandomOneIsUsable()
    {
        HashSet<ulong> seen = [];
        for (int round = 0; round < 20; round++)
        {
            ulong polynomial = ChunkerPolynomial.CreateRandom();
            Assert.True(ChunkerPolynomial.IsUsable(polynomial));
            Assert.Equal(53, ChunkerPolynomial.DegreeOf(polynomial));
            Assert.True(seen.Add(polynomial));
        }
    }

    [Fact]
    public void OneOfAnotherDegreeIsNoChunkers()
    {
        Assert.False(ChunkerPolynomial.IsUsable(0x11B));
        Assert.Throws<ArgumentException>(() => new Chunker(0x11B));
    }
}
