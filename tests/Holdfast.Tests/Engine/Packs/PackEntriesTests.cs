using Holdfast.Engine.Packs;
using Holdfast.Tests.Engine.Index;
using Xunit;

namespace Holdfast.Tests.Engine.Packs;

public sealed class PackEntriesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    public void ItIsAList(int count)
    {
        var random = new Random(count);
        List<PackEntry> expected =
        [
            .. Enumerable
                .Range(0, count)
                .Select(at => new PackEntry(BlobKind.Data, SamplePacks.NewId(random), (uint)at, 40, 0)),
        ];
        PackEntries entries = new();
        // What was there before a list is used again is forgotten.
        for (int round = 0; round < 2; round++)
        {
            entries.Clear();
            expected.ForEach(entry => entries.Add(entry));
            Assert.Equal(expected, entries);
            Assert.Equal(expected, Enumerable.Range(0, entries.Count).Select(at => entries[at]));
            Assert.Throws<ArgumentOutOfRangeException>(() => entries[count]);
            Assert.Throws<ArgumentOutOfRangeException>(() => entries[-1]);
            expected.Reverse();
        }
    }
}
