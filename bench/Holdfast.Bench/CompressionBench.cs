using System.Security.Cryptography;
using Holdfast.Engine.Compression;

namespace Holdfast.Bench;

/// <summary>
/// zstd on real text in blobs of a small file's and of a chunk's length, back again, and the look that tells what is not
/// worth compressing. Bytes are those of the plain text.
/// </summary>
internal static class CompressionBench
{
    private const int Total = 16 << 20;
    private const int Small = 8 << 10;
    private const int Chunk = 3 << 19;

    public static void Run()
    {
        List<byte[]> files = RealFiles.Read("/usr/share", Total);
        foreach ((string name, int length) in (IEnumerable<(string, int)>)[("8 KiB", Small), ("1.5 MiB", Chunk)])
        {
            List<byte[]> blobs = RealFiles.Join(files, length);
            foreach (int level in (int[])[1, 3])
            {
                Print($"zstd {level}, text of {name}", blobs, level);
            }
            PrintBack($"zstd 3 opened, text of {name}", blobs);
        }
        using Compressor compressor = new();
        byte[] noise = RandomNumberGenerator.GetBytes(Chunk);
        Speed.Print("look at random, 1.5 MiB", Chunk, () => _ = compressor.IsHopeless(noise));
    }

    private static void Print(string name, List<byte[]> blobs, int level)
    {
        using Compressor compressor = new();
        Speed.Print(
            name,
            blobs.Sum(blob => (long)blob.Length),
            () => blobs.ForEach(blob => compressor.Compress(blob, level))
        );
    }

    private static void PrintBack(string name, List<byte[]> blobs)
    {
        using Compressor compressor = new();
        List<(byte[] Frame, int Length)> frames =
        [
            .. blobs.Select(blob => (compressor.Compress(blob, 3).ToArray(), blob.Length)),
        ];
        byte[] plain = new byte[Chunk];
        using Decompressor decompressor = new();
        Speed.Print(
            name,
            frames.Sum(frame => (long)frame.Length),
            () => frames.ForEach(frame => _ = decompressor.TryDecompress(frame.Frame, plain.AsSpan(0, frame.Length)))
        );
    }
}
