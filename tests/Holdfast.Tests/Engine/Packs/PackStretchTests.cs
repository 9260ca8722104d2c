using Holdfast.Engine;
using Holdfast.Engine.Packs;
using Holdfast.Tests.Engine.Index;
using Xunit;

namespace Holdfast.Tests.Engine.Packs;

public sealed class PackStretchTests
{
    private readonly Random random = new(1);

    [Fact]
    public void NeighboursAreOneStretchWhateverTheirOrder()
    {
        PackEntry[] blobs = [Blob(3000, 500), Blob(0, 1000), Blob(1000, 2000)];
        PackStretch only = Assert.Single(PackStretch.Cut(SamplePacks.NewId(random), blobs));
        Assert.Equal([0u, 1000u, 3000u], only.Blobs.Select(blob => blob.Offset));
        Assert.Equal((0u, 3500), (only.Offset, only.Length));
    }

    [Theory]
    [InlineData(128 * 1024, 1)]
    [InlineData((128 * 1024) + 1, 2)]
    public void AGapIsReadAlongUpToABound(int gap, int stretches) =>
        Assert.Equal(stretches, Cut(Blob(0, 100), Blob(100 + (uint)gap, 100)).Count);

    [Fact]
    public void ALongStretchIsCutBetweenBlobs()
    {
        List<PackStretch> cut = Cut([.. Enumerable.Range(0, 10).Select(i => Blob((uint)i << 20, 1 << 20))]);
        Assert.Equal([4, 4, 2], cut.Select(stretch => stretch.Blobs.Count));
        Assert.Single(Cut(Blob(0, 100 << 20)));
    }

    [Fact]
    public void NothingWantedIsNoStretch() => Assert.Empty(Cut());

    private List<PackStretch> Cut(params PackEntry[] blobs) => [.. PackStretch.Cut(SamplePacks.NewId(random), blobs)];

    private PackEntry Blob(uint offset, uint length) =>
        new(BlobKind.Data, SamplePacks.NewId(random), offset, length, 0);
}
