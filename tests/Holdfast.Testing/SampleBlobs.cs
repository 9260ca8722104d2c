namespace Holdfast.Testing;

/// <summary>Blobs of every shape: empty, tiny, text, incompressible, zero, some larger than a megabyte. Seeded.</summary>
public static class SampleBlobs
{
    public static IEnumerable<byte[]> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            int length = i % 16 == 15 ? random.Next(1_000_000, 3_000_000) : random.Next(1, 40_000);
            yield return (i % 3) switch
            {
                0 => Text(random, length),
                1 => Noise(random, length),
                _ => Mixed(random, length),
            };
        }
    }

    public static byte[] Noise(Random random, int length)
    {
        byte[] blob = new byte[length];
        random.NextBytes(blob);
        return blob;
    }

    /// <summary>About as compressible as source code.</summary>
    public static byte[] Text(Random random, int length)
    {
        string[] words = [.. Enumerable.Range(0, 200).Select(_ => random.Next().ToString("x"))];
        byte[] blob = new byte[length];
        int at = 0;
        while (at < length)
        {
            foreach (char letter in words[random.Next(words.Length)].Append(' ').Take(length - at))
            {
                blob[at++] = (byte)letter;
            }
        }
        return blob;
    }

    private static byte[] Mixed(Random random, int length)
    {
        byte[] blob = Noise(random, length);
        blob.AsSpan(length / 3).Clear();
        return blob;
    }
}
