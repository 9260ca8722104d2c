using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Holdfast.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Chunking;

/// <summary>Every scan against the definition, and the definition against arithmetic.</summary>
public sealed class CutScanTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AFingerprintIsTheRemainderOfItsWindow(int seed)
    {
        Random random = new(seed);
        ulong polynomial = Polynomial(seed);
        RabinTables tables = new(polynomial);
        byte[] data = Data.Random(random, 1000);
        ulong rolled = tables.Fingerprint(data.AsSpan(0, RabinTables.Window));

        for (int end = RabinTables.Window; end < data.Length; end++)
        {
            rolled = tables.Roll(rolled, data[end - RabinTables.Window], data[end]);
            ulong remainder = 0;
            foreach (byte value in data.AsSpan(end + 1 - RabinTables.Window, RabinTables.Window))
            {
                remainder = ChunkerPolynomial.Modulo((remainder << 8) | value, polynomial);
            }
            Assert.Equal(remainder, rolled);
            Assert.Equal(remainder, tables.Fingerprint(data.AsSpan(end + 1 - RabinTables.Window, RabinTables.Window)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void EveryScanFindsWhatThePlainOneFinds(int seed)
    {
        Random random = new(seed);
        RabinTables tables = new(Polynomial(seed));
        PlainScan plain = new(tables);
        byte[] data = Data.Mixed(random, 2_000_000);
        foreach (CutScan scan in Fast(tables))
        {
            for (int first = RabinTables.Window + 1; first <= data.Length; )
            {
                int last = Math.Min(data.Length, first + random.Next(1 << random.Next(1, 22)));
                int expected = plain.Find(data, first, last);
                Assert.Equal(expected, scan.Find(data, first, last));
                first = (expected == CutScan.None ? last : expected) + 1;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void TheFirstOfManyCutsIsFoundWhereverItLies(int seed)
    {
        Random random = new(seed);
        RabinTables tables = new(Polynomial(seed));
        foreach (CutScan scan in Fast(tables))
        {
            for (int round = 0; round < 25; round++)
            {
                // Ones have no cut; the first zeros that fill a window are one, and so are all later ones.
                byte[] data = new byte[200_000];
                data.AsSpan().Fill(1);
                Assert.Equal(CutScan.None, scan.Find(data, RabinTables.Window + 1, data.Length));
                int zeros = random.Next(1, data.Length - RabinTables.Window);
                data.AsSpan(zeros, RabinTables.Window).Clear();
                data.AsSpan(random.Next(zeros, data.Length)).Clear();
                int expected = new PlainScan(tables).Find(data, RabinTables.Window + 1, data.Length);
                Assert.InRange(expected, RabinTables.Window + 1, zeros + RabinTables.Window);

                Assert.Equal(expected, scan.Find(data, RabinTables.Window + 1, data.Length));
                Assert.Equal(CutScan.None, scan.Find(data, RabinTables.Window + 1, expected - 1));
                Assert.Equal(expected, scan.Find(data, Math.Max(RabinTables.Window + 1, expected - 5000), expected));
            }
        }
    }

    [Fact]
    public void TheBestScanIsTheOneThatTheProcessorCanRun()
    {
        bool capable = Gfni.V512.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

        Assert.Equal(capable, CutScan.Create(new RabinTables(Polynomial(0))) is SlicedScan);
    }

    [Fact]
    public unsafe void ATransposedTileHasAByteOfEveryStreamInARow()
    {
        if (!SlicedScan.IsSupported)
        {
            return; // Nothing uses it on such a processor.
        }
        const int Stride = 1088;
        byte[] source = Data.Random(new Random(3), 64 * Stride);
        byte[] rows = new byte[64 * 64];
        fixed (byte* from = source)
        fixed (byte* to = rows)
        {
            ByteTranspose.Transpose(from, Stride, to);
        }
        for (int stream = 0; stream < 64; stream++)
        {
            for (int column = 0; column < 64; column++)
            {
                Assert.Equal(source[stream * Stride + column], rows[column * 64 + stream]);
            }
        }
    }

    internal static ulong Polynomial(int seed) =>
        Enumerable
            .Repeat(new Random(seed + 1000), int.MaxValue)
            .Select(random => (ulong)random.NextInt64(1L << 53) | (1UL << 53) | 1)
            .First(ChunkerPolynomial.IsUsable);

    internal static IEnumerable<CutScan> Fast(RabinTables tables)
    {
        yield return new InterleavedScan(tables);
        if (SlicedScan.IsSupported)
        {
            yield return new SlicedScan(tables);
        }
    }
}
