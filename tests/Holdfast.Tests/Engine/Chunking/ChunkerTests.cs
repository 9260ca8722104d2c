using Holdfast.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Chunking;

public sealed class ChunkerTests
{
    private const ulong Polynomial = 0x3DA3358B4DC173;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 4)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunker.MinSize - 1)]
    [InlineData(Chunker.MinSize)]
    public void AFileBelowTheLeastSizeIsOneChunk(int length)
    {
        byte[] data = Data.Random(new Random(1), length);

        Assert.Equal(length, new Chunker(Polynomial).FindCut(data, endOfFile: true));
    }

    [Fact]
    public void ZerosAreCutAtTheLeastSize()
    {
        byte[] zeros = new byte[3 * Chunker.MinSize + 5];

        Assert.Equal([Chunker.MinSize, Chunker.MinSize, Chunker.MinSize, 5], Cuts(new Chunker(Polynomial), zeros));
    }

    [Fact]
    public void WhatHasNoCutIsCutAtTheMostSize()
    {
        byte[] ones = new byte[2 * Chunker.MaxSize + 1];
        ones.AsSpan().Fill(1);

        foreach (CutScan scan in CutScanTests.Fast(new RabinTables(Polynomial)))
        {
            Assert.Equal([Chunker.MaxSize, Chunker.MaxSize, 1], Cuts(new Chunker(scan), ones));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void EveryScanCutsAFileAlike(int seed)
    {
        RabinTables tables = new(CutScanTests.Polynomial(seed));
        byte[] file = Data.Mixed(new Random(seed), 12_000_000 + seed);
        List<int> expected = Cuts(new Chunker(new PlainScan(tables)), file);

        Assert.Equal(file.Length, expected.Sum());
        Assert.All(expected.SkipLast(1), cut => Assert.InRange(cut, Chunker.MinSize, Chunker.MaxSize));
        foreach (CutScan scan in CutScanTests.Fast(tables))
        {
            Assert.Equal(expected, Cuts(new Chunker(scan), file));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void DataThatGrowsIsCutAlike(int seed)
    {
        Random random = new(seed);
        Chunker chunker = new(CutScanTests.Polynomial(seed));
        byte[] file = Data.Mixed(random, 12_000_000);
        List<int> expected = Cuts(chunker, file);

        List<int> cuts = [];
        int begin = 0;
        int scanned = 0;
        int end = 0;
        while (begin < file.Length)
        {
            end = Math.Min(file.Length, Math.Max(end, begin) + random.Next(1 << random.Next(8, 23)));
            int cut = chunker.FindCut(file.AsSpan(begin..end), end == file.Length, ref scanned);
            begin += cut;
            Assert.True(cut == 0 ? scanned == end - begin : scanned == 0);
            if (cut != 0)
            {
                cuts.Add(cut);
            }
        }
        Assert.Equal(expected, cuts);
    }

    [Fact]
    public void ACutDependsOnWhatIsNearAlone()
    {
        Chunker chunker = new(Polynomial);
        byte[] file = Data.Random(new Random(5), 30_000_000);
        List<int> before = Ends(Cuts(chunker, file));
        byte[] shifted = [.. Data.Random(new Random(6), 777), .. file];

        IEnumerable<int> after = Ends(Cuts(chunker, shifted)).Select(end => end - 777);

        Assert.True(before.Intersect(after).Count() > before.Count / 2);
    }

    private static List<int> Ends(List<int> cuts)
    {
        int end = 0;
        return [.. cuts.Select(cut => end += cut)];
    }

    private static List<int> Cuts(Chunker chunker, ReadOnlySpan<byte> file)
    {
        List<int> cuts = [];
        while (!file.IsEmpty)
        {
            int cut = chunker.FindCut(file, endOfFile: true);
            cuts.Add(cut);
            file = file[cut..];
        }
        return cuts;
    }
}
