using Holdfast.Engine;
using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;
using Xunit;

namespace Holdfast.Tests.Engine.Index;

public sealed class BlobIndexTests
{
    [Fact]
    public void FindsEveryBlobAndNoOther()
    {
        var random = new Random(1);
        var index = new BlobIndex();
        List<PackContent> packs =
        [
            .. Enumerable.Range(0, 400).Select(_ => SamplePacks.Of(random, random.Next(1, 200))),
        ];
        foreach (PackContent pack in packs)
        {
            index.Add(pack);
        }
        foreach (PackContent pack in packs)
        {
            foreach (PackEntry blob in pack.Blobs)
            {
                Assert.True(index.TryLocate(blob.Kind, blob.Id, out BlobLocation location));
                Assert.Equal(blob.In(pack.Pack), location);
                Assert.False(index.Contains(1 - blob.Kind, blob.Id));
            }
        }
        Assert.Equal(packs.Sum(pack => pack.Blobs.Count), index.Count);
        Assert.False(index.Contains(BlobKind.Data, SamplePacks.NewId(random)));
    }

    [Fact]
    public void OneIdMayBeDataAndTree()
    {
        var index = new BlobIndex();
        Id id = SamplePacks.NewId(new Random(1));
        var tree = new PackEntry(BlobKind.Tree, id, 0, 40, 50);
        var data = new PackEntry(BlobKind.Data, id, 0, 60, 0);
        index.Add(new PackContent(SamplePacks.NewId(new Random(2)), [tree]));
        index.Add(new PackContent(SamplePacks.NewId(new Random(3)), [data]));
        Assert.True(index.TryLocate(BlobKind.Tree, id, out BlobLocation inTree));
        Assert.True(index.TryLocate(BlobKind.Data, id, out BlobLocation inData));
        Assert.Equal((40u, 60u), (inTree.Length, inData.Length));
    }

    [Fact]
    public void OfDuplicatesTheFirstStays()
    {
        var random = new Random(1);
        var index = new BlobIndex();
        PackContent pack = SamplePacks.Of(random, 10);
        index.Add(pack);
        for (int i = 0; i < 5000; i++)
        {
            index.Add(pack with { Pack = SamplePacks.NewId(random) });
        }
        Assert.Equal(10, index.Count);
        Assert.True(index.TryLocate(pack.Blobs[3].Kind, pack.Blobs[3].Id, out BlobLocation location));
        Assert.Equal(pack.Pack, location.Pack);
    }

    [Fact]
    public async Task ReadersSeeWhatIsThereWhileOthersAdd()
    {
        var index = new BlobIndex();
        var random = new Random(1);
        List<PackContent> packs = [.. Enumerable.Range(0, 500).Select(_ => SamplePacks.Of(random, 100))];
        int added = 0;
        Task writing = Task.Run(() =>
        {
            foreach (PackContent pack in packs)
            {
                index.Add(pack);
                Volatile.Write(ref added, added + 1);
            }
        });
        Task[] readers =
        [
            .. Enumerable
                .Range(0, 3)
                .Select(reader =>
                    Task.Run(() =>
                    {
                        var choice = new Random(reader);
                        do
                        {
                            int there = Volatile.Read(ref added);
                            PackContent pack = packs[choice.Next(packs.Count)];
                            PackEntry blob = pack.Blobs[choice.Next(pack.Blobs.Count)];
                            bool found = index.TryLocate(blob.Kind, blob.Id, out BlobLocation location);
                            Assert.True(found || packs.IndexOf(pack) >= there);
                            Assert.True(!found || location == blob.In(pack.Pack));
                        } while (!writing.IsCompleted);
                    })
                ),
        ];
        await Task.WhenAll([writing, .. readers]);
    }

    /// <summary>48 bytes and its share of the table; a third more is what the smaller tables took on the way.</summary>
    [Fact]
    public void ABlobTakesLittleMemory()
    {
        var random = new Random(1);
        List<PackContent> packs = [.. Enumerable.Range(0, 1000).Select(_ => SamplePacks.Of(random, 100))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        var index = new BlobIndex();
        foreach (PackContent pack in packs)
        {
            index.Add(pack);
        }
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / index.Count, 48, 80);
    }
}
