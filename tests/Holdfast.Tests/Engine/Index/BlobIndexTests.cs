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

    /// <summary>
    /// A plain dictionary answers the same, whatever is added: packs of one kind and mixed, listed in any order, with gaps,
    /// again, and with blobs that other packs have.
    /// </summary>
    [Fact]
    public void AnswersAsADictionaryDoes()
    {
        var random = new Random(7);
        var index = new BlobIndex();
        var plain = new Dictionary<BlobHandle, BlobLocation>();
        List<PackContent> packs = [];
        for (int round = 0; round < 3000; round++)
        {
            PackContent pack = NextPack(random, packs);
            packs.Add(pack);
            index.Add(pack);
            foreach (PackEntry blob in pack.Blobs)
            {
                _ = plain.TryAdd(new BlobHandle(blob.Kind, blob.Id), blob.In(pack.Pack));
            }
        }
        Assert.Equal(plain.Count, index.Count);
        foreach ((BlobHandle blob, BlobLocation expected) in plain)
        {
            Assert.True(index.TryLocate(blob.Kind, blob.Id, out BlobLocation location));
            Assert.Equal(expected, location);
            Assert.Equal(plain.ContainsKey(blob with { Kind = 1 - blob.Kind }), index.Contains(1 - blob.Kind, blob.Id));
        }
        for (int i = 0; i < 100_000; i++)
        {
            Assert.False(index.Contains(BlobKind.Data, SamplePacks.NewId(random)));
        }
    }

    private static PackContent NextPack(Random random, List<PackContent> before)
    {
        PackContent pack = SamplePacks.Of(random, random.Next(1, 60));
        List<PackEntry> blobs = [.. pack.Blobs];
        BlobKind? only = random.Next(4) == 0 ? null : (BlobKind)random.Next(2);
        for (int i = 0; i < blobs.Count; i++)
        {
            blobs[i] = blobs[i] with { Kind = only ?? blobs[i].Kind };
            if (before.Count > 0 && random.Next(20) == 0)
            {
                IReadOnlyList<PackEntry> others = before[random.Next(before.Count)].Blobs;
                Id known = others[random.Next(others.Count)].Id;
                blobs[i] = blobs.Exists(blob => blob.Id == known) ? blobs[i] : blobs[i] with { Id = known };
            }
        }
        _ = random.Next(5) == 0 ? blobs.RemoveAll(_ => random.Next(3) == 0) : 0;
        if (random.Next(3) == 0)
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(blobs));
        }
        return random.Next(10) == 0 && before.Count > 0
            ? before[random.Next(before.Count)]
            : pack with
            {
                Blobs = blobs,
            };
    }

    [Fact]
    public void KeepsEveryLengthThatTheFormatAllows()
    {
        var random = new Random(1);
        uint[] lengths = [1, 0xFFFE, 0xFFFF, 0x10000, 0xFFFFFE, 0xFFFFFF, 0x1000000, uint.MaxValue];
        uint last = uint.MaxValue - (32 * (uint)lengths.Length);
        List<PackEntry> blobs = [new(BlobKind.Tree, SamplePacks.NewId(random), 0, last, 0)];
        foreach (uint length in lengths)
        {
            blobs.Add(new(BlobKind.Tree, SamplePacks.NewId(random), last, 32, length));
            last += 32;
        }
        var pack = new PackContent(SamplePacks.NewId(random), blobs);
        var index = new BlobIndex();
        index.Add(pack);
        foreach (PackEntry blob in blobs)
        {
            Assert.True(index.TryLocate(blob.Kind, blob.Id, out BlobLocation location));
            Assert.Equal(blob.In(pack.Pack), location);
        }
    }

    [Fact]
    public void APackIsMarkedOnceHoweverManyGapsItHas()
    {
        var random = new Random(1);
        var index = new BlobIndex();
        PackContent pack = SamplePacks.Of(random, 9);
        List<PackEntry> gaps = [.. pack.Blobs.Where((_, i) => i % 3 == 0).Select(b => b with { Kind = BlobKind.Data })];
        index.Add(new PackContent(SamplePacks.NewId(random), [gaps[0] with { Id = SamplePacks.NewId(random) }]));
        index.Add(pack with { Blobs = gaps });
        UsedPacks used = index.TrackPacks();
        Assert.All(gaps, blob => Assert.True(index.Contains(BlobKind.Data, blob.Id, used)));
        Assert.Equal(1, used.Count);
        PackContent later = SamplePacks.Of(random, 5);
        index.Add(later);
        Assert.All(later.Blobs, blob => Assert.True(index.Contains(blob.Kind, blob.Id, used)));
        Assert.Equal(1, used.Count);
    }

    /// <summary>
    /// At every size from 100,000 blobs on, all in: entries, slots, packs. 11 blobs a pack is what incompressible data
    /// comes to, and the least.
    /// </summary>
    [Theory]
    [InlineData(11)]
    [InlineData(24)]
    [InlineData(1000)]
    public void ABlobTakes48BytesAtMost(int blobsAPack)
    {
        var random = new Random(1);
        var index = new BlobIndex();
        while (index.Count < 200_000)
        {
            PackContent pack = SamplePacks.Of(random, blobsAPack);
            index.Add(pack with { Blobs = [.. pack.Blobs.Select(blob => blob with { Kind = BlobKind.Data })] });
            Assert.True(
                index.Count < 100_000 || index.Bytes <= 48L * index.Count,
                $"{index.Bytes} bytes for {index.Count} blobs"
            );
        }
        // An id, an offset, a length and a slot are in it, whatever else is.
        Assert.InRange(index.Bytes, 43L * index.Count, long.MaxValue);
    }

    /// <summary>Too few, about as many, and far too many: what is there is found all the while, and room that is not needed is given back.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(19_000)]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public void HoweverManyAreExpectedAllAreFoundInNoMoreRoom(int expected)
    {
        var random = new Random(1);
        var index = new BlobIndex();
        PackContent before = SamplePacks.Of(random, 50);
        index.Add(before);
        index.Expect(expected);
        Assert.All(before.Blobs, blob => Assert.True(index.Contains(blob.Kind, blob.Id)));
        List<PackContent> packs = [];
        while (index.Count < 20_000)
        {
            PackContent pack = SamplePacks.Of(random, 50);
            pack = pack with { Blobs = [.. pack.Blobs.Select(blob => blob with { Kind = BlobKind.Data })] };
            packs.Add(pack);
            index.Add(pack);
        }
        index.Trim();
        Assert.All(
            packs.Append(before).SelectMany(pack => pack.Blobs),
            blob => Assert.True(index.Contains(blob.Kind, blob.Id))
        );
        Assert.False(index.Contains(BlobKind.Data, SamplePacks.NewId(random)));
        var other = new BlobIndex();
        foreach (PackContent pack in packs.Prepend(before))
        {
            other.Add(pack);
        }
        other.Trim();
        Assert.InRange(index.Bytes, 0, other.Bytes + (other.Bytes / 8));
    }
}
