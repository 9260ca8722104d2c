using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class SparseWritingTests
{
    /// <summary>Any bytes at any offset read back as they were written, into a new file and over an old one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsWrittenIsReadBack(bool over)
    {
        using var directory = new TemporaryDirectory();
        using DirectoryHandle handle = DirectoryHandle.Open(directory.Path);
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            byte[] name = [(byte)'f', (byte)('0' + (seed / 10)), (byte)('0' + (seed % 10))];
            byte[] content = RandomRuns(random);
            byte[] expected = new byte[300_000];
            int offset = random.Next(20_000);
            Assert.Equal(Errno.None, handle.TryCreateFile(name, out WritableFile? file));
            using (file)
            {
                if (over)
                {
                    random.NextBytes(expected);
                    Assert.Equal(Errno.None, file!.TryWrite(0, expected));
                }
                Assert.Equal(Errno.None, file!.TryTruncate(expected.Length));
                Assert.Equal(Errno.None, file.TryWriteSparse(offset, content, punch: over));
            }
            content.CopyTo(expected, offset);
            Assert.Equal(expected, File.ReadAllBytes(directory[System.Text.Encoding.ASCII.GetString(name)]));
        }
    }

    [Fact]
    public void ALongRunOfZerosTakesNoSpace()
    {
        using var directory = new TemporaryDirectory();
        using DirectoryHandle handle = DirectoryHandle.Open(directory.Path);
        byte[] content = new byte[4 * 1024 * 1024];
        content[^1] = content[0] = 1;
        Assert.Equal(Errno.None, handle.TryCreateFile("file"u8, out WritableFile? file));
        using (file)
        {
            Assert.Equal(Errno.None, file!.TryWriteSparse(100, content, punch: false));
        }
        Assert.InRange(RawFiles.Status(directory["file"]).Blocks, 1, 64);
    }

    private static byte[] RandomRuns(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 200_000)];
        for (int start = 0; start < bytes.Length; )
        {
            int length = Math.Min(bytes.Length - start, 1 << random.Next(17));
            if (random.Next(2) == 0)
            {
                random.NextBytes(bytes.AsSpan(start, length));
            }
            start += length;
        }
        return bytes;
    }
}
