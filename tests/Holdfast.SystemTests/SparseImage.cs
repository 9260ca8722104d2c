using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Raw images with data and holes.</summary>
internal static class SparseImage
{
    private const int Part = 1 << 20;

    /// <summary>Writes data of which every other part compresses.</summary>
    public static void Write(string path, long offset, int length, int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        for (int start = 0; start < length; start += 2 * Part)
        {
            foreach (ref byte one in bytes.AsSpan(start, Math.Min(Part, length - start)))
            {
                one &= 0x0f;
            }
        }
        using FileStream image = File.OpenWrite(path);
        image.Position = offset;
        image.Write(bytes);
    }

    public static void AssertSame(string expected, string actual)
    {
        using FileStream one = File.OpenRead(expected);
        using FileStream other = File.OpenRead(actual);
        Assert.Equal(one.Length, other.Length);
        byte[] left = new byte[Part];
        byte[] right = new byte[Part];
        while (one.Position < one.Length)
        {
            int length = (int)Math.Min(Part, one.Length - one.Position);
            one.ReadExactly(left, 0, length);
            other.ReadExactly(right, 0, length);
            Assert.True(
                left.AsSpan(0, length).SequenceEqual(right.AsSpan(0, length)),
                $"{actual} differs before byte {one.Position}"
            );
        }
    }

    /// <summary>What is a hole of the one is one of the other, but for what their file systems keep beside.</summary>
    public static void AssertNoMoreBlocks(string expected, string actual)
    {
        long most = RawFiles.Status((RawPath)expected).Blocks + (Part / 512);
        Assert.InRange(RawFiles.Status((RawPath)actual).Blocks, 1, most);
    }
}
