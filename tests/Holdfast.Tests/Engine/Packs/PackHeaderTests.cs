using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Xunit;

namespace Holdfast.Tests.Engine.Packs;

public sealed class PackHeaderTests : IDisposable
{
    private readonly Sealer sealer = new(KeyMaterial.Random());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void WhatIsWrittenIsRead(int count)
    {
        List<PackEntry> entries = Entries(new Random(count), count);
        byte[] header = Write(entries);
        Assert.Equal(header.Length - 4, (int)BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..)));
        Assert.Equal(entries, PackHeader.Read(header.AsSpan(..^4), sealer));
        Assert.Equal(
            PackHeader.PackLength(entries),
            (entries.Count == 0 ? 0 : entries[^1].Offset + entries[^1].Length) + header.Length
        );
    }

    [Fact]
    public void AnyFlippedBitIsRefused()
    {
        byte[] header = Write(Entries(new Random(1), 2))[..^4];
        for (int bit = 0; bit < header.Length * 8; bit++)
        {
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(PackHeader.Read(header, sealer));
            header[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.NotNull(PackHeader.Read(header, sealer));
    }

    [Theory]
    [InlineData("04 20000000", "an unknown type")]
    [InlineData("00 1f000000", "a blob shorter than its seal")]
    [InlineData("02 20000000 00000000", "a compressed blob of no length")]
    public void WhatCannotBeIsRefusedThoughSealed(string start, string why)
    {
        byte[] prefix = Convert.FromHexString(start.Replace(" ", "", StringComparison.Ordinal));
        byte[] entry = [.. prefix, .. RandomNumberGenerator.GetBytes(32)];
        Assert.True(PackHeader.Read(sealer.Seal(entry), sealer) is null, why);
    }

    [Fact]
    public void AnEntryCutOffIsRefused()
    {
        byte[] entry = [0, 32, 0, 0, 0, .. new byte[31]];
        Assert.Null(PackHeader.Read(sealer.Seal(entry), sealer));
        Assert.Single(PackHeader.Read(sealer.Seal([.. entry, 1]), sealer)!);
    }

    public void Dispose() => sealer.Dispose();

    private byte[] Write(List<PackEntry> entries)
    {
        int length = entries.Sum(entry => PackHeader.EntryLength(entry.UncompressedLength));
        byte[] header = new byte[PackHeader.TotalLength(length)];
        PackHeader.Write(entries, sealer, header);
        return header;
    }

    private static List<PackEntry> Entries(Random random, int count)
    {
        var entries = new List<PackEntry>();
        uint offset = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] id = new byte[32];
            random.NextBytes(id);
            uint length = (uint)random.Next(32, 100_000);
            uint uncompressed = random.Next(2) == 0 ? 0 : (uint)random.Next(1, 200_000);
            entries.Add(new PackEntry((BlobKind)random.Next(2), new Id(id), offset, length, uncompressed));
            offset += length;
        }
        return entries;
    }
}
