using Holdfast.Objects.S3;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

public sealed class SequenceStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task AllSegmentsAreReadAndAgainFromAnywhere(int buffer)
    {
        byte[] content = [.. Enumerable.Range(0, 500).Select(i => (byte)i)];
        int reads = 0;
        await using var stream = new SequenceStream(Segments.Of(content, 1, 250, 251), () => reads++);
        Assert.Equal(content.Length, stream.Length);
        foreach (int start in (int[])[0, 0, 1, 250, 499, 500])
        {
            Assert.Equal(start, stream.Seek(start, SeekOrigin.Begin));
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, buffer, TestContext.Current.CancellationToken);
            Assert.Equal(content[start..], copy.ToArray());
            Assert.Equal(content.Length, stream.Position);
        }
        Assert.True(reads > 0);
    }

    [Fact]
    public async Task OnceDisposedItReadsNothing()
    {
        int reads = 0;
        var stream = new SequenceStream(Segments.Of([1, 2, 3], 1), () => reads++);
        byte[] buffer = new byte[2];
        Assert.Equal(2, stream.Read(buffer));
        await stream.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => stream.Read(buffer));
        Assert.Equal((1, 1, 2), (reads, buffer[0], buffer[1]));
    }
}
