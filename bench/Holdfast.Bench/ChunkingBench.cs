using System.Security.Cryptography;
using Holdfast.Engine.Chunking;

namespace Holdfast.Bench;

/// <summary>The scans over bytes without a cut, and the chunker over random data, cuts and all.</summary>
internal static class ChunkingBench
{
    private const ulong Polynomial = 0x3DA3358B4DC173;
    private const int ScanSize = 4 << 20;
    private const int FileSize = 64 << 20;

    public static void Run()
    {
        RabinTables tables = new(Polynomial);
        Print("plain", new PlainScan(tables));
        Print("interleaved", new InterleavedScan(tables));
        if (SlicedScan.IsSupported)
        {
            Print("sliced", new SlicedScan(tables));
        }
    }

    private static void Print(string name, CutScan scan)
    {
        byte[] ones = new byte[ScanSize];
        ones.AsSpan().Fill(1);
        Speed.Print($"scan {name}, no cut", ScanSize, () => scan.Find(ones, RabinTables.Window + 1, ones.Length));

        byte[] file = RandomNumberGenerator.GetBytes(FileSize);
        Chunker chunker = new(scan);
        Speed.Print($"chunker {name}, random file", FileSize, () => Cut(chunker, file));
    }

    private static void Cut(Chunker chunker, ReadOnlySpan<byte> file)
    {
        while (!file.IsEmpty)
        {
            file = file[chunker.FindCut(file, endOfFile: true)..];
        }
    }
}
