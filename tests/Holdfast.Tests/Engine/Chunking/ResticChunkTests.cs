using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Chunking;

/// <summary>Stock restic's chunks of real files, with its own random polynomial, are ours.</summary>
public sealed class ResticChunkTests
{
    [Fact]
    public async Task CutsAreRestics()
    {
        using TemporaryDirectory temporary = new();
        string root = temporary.Make("files");
        Dictionary<string, byte[]> files = Files(new Random(7));
        foreach ((string name, byte[] content) in files)
        {
            await File.WriteAllBytesAsync(Path.Combine(root, name), content);
        }
        using ResticTrees restic = new();

        List<Node> nodes = await restic.LoadAsync(await restic.BackUpAsync(root));

        ulong polynomial = await restic.PolynomialAsync();
        Assert.True(ChunkerPolynomial.IsUsable(polynomial));
        RabinTables tables = new(polynomial);
        Assert.Equal(files.Count, nodes.Count);
        foreach (CutScan scan in CutScanTests.Fast(tables).Append(new PlainScan(tables)))
        {
            Chunker chunker = new(scan);
            Assert.All(
                nodes,
                node =>
                    Assert.Equal(node.Content!, Chunks(chunker, files[System.Text.Encoding.UTF8.GetString(node.Name)]))
            );
        }
    }

    private static Dictionary<string, byte[]> Files(Random random)
    {
        Dictionary<string, byte[]> files = [];
        foreach (int size in (int[])[0, 1, 63, 64, 65, Chunker.MinSize - 1, Chunker.MinSize, Chunker.MinSize + 1])
        {
            files.Add($"random-{size}", Data.Random(random, size));
        }
        files.Add("zeros", new byte[2 * Chunker.MaxSize + 1]);
        files.Add("ones", [.. Enumerable.Repeat((byte)1, 2 * Chunker.MaxSize + 1)]);
        files.Add("text", Data.Text(random, 12_000_000));
        files.Add("mixed", Data.Mixed(random, 20_000_000));
        files.Add("random", Data.Random(random, 20_000_000));
        return files;
    }

    private static List<Id> Chunks(Chunker chunker, ReadOnlySpan<byte> file)
    {
        List<Id> chunks = [];
        while (!file.IsEmpty)
        {
            int cut = chunker.FindCut(file, endOfFile: true);
            chunks.Add(new Id(SHA256.HashData(file[..cut])));
            file = file[cut..];
        }
        return chunks;
    }
}
