using Holdfast.Testing;
using Holdfast.Testing.Files;

namespace Holdfast.Tests.Engine.Histories;

/// <summary>
/// Files and directories that come, change and go, many of them as long as the chunker's bounds to the byte. All are made
/// in the root or in new directories: what is a link to somewhere else by now is never gone through.
/// </summary>
internal sealed class RandomFiles(string root, Random random)
{
    private const int Shortest = 512 * 1024;
    private const int Longest = 8 * 1024 * 1024;
    private const int Names = 12;

    private int directories;

    /// <summary>Changes a few of a dozen files, and everything else in the tree as people and programs do.</summary>
    public void Change()
    {
        if (random.Next(3) == 0)
        {
            _ = Changes.Apply(root, random.Next());
        }
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            RawPath file = (RawPath)root / $"file-{random.Next(Names)}";
            if (RawFiles.Exists(file))
            {
                RawFiles.Delete(file);
            }
            if (random.Next(4) != 0)
            {
                Write(file);
            }
        }
        if (random.Next(4) == 0)
        {
            MakeDirectory((RawPath)root / $"directory-{directories++}", depth: random.Next(4));
        }
    }

    private void MakeDirectory(RawPath path, int depth)
    {
        RawFiles.MakeDirectory(path);
        for (int i = random.Next(6); i > 0; i--)
        {
            RawFiles.Write(path / $"small-{i}", SampleBlobs.Noise(random, random.Next(2000)));
        }
        RawFiles.Write(path / "first", "one file, two names\n");
        RawFiles.Link(path / "first", path / "second");
        if (depth > 0)
        {
            MakeDirectory(path / "deeper", depth - 1);
        }
    }

    private void Write(RawPath file)
    {
        switch (random.Next(7))
        {
            case 0:
                RawFiles.Write(file, SampleBlobs.Noise(random, random.Next(3000)));
                break;
            case 1: // Cut at the shortest length, again and again.
                RawFiles.Write(file, new byte[Around(random.Next(1, 4) * Shortest)]);
                break;
            case 2: // Never cut before the longest.
                RawFiles.Write(file, Constant(Around(random.Next(1, 3) * Longest)));
                break;
            case 3:
                RawFiles.Write(file, SampleBlobs.Noise(random, Around(Shortest)));
                break;
            case 4: // The same bytes elsewhere: what was cut before is found again.
                byte[] before = SampleBlobs.Noise(new Random(7), 2_000_000);
                RawFiles.Write(file, [.. SampleBlobs.Noise(random, random.Next(100)), .. before]);
                break;
            case 5:
                RawFiles.Write(file, SampleBlobs.Text(random, random.Next(200_000)));
                break;
            default:
                WriteSparsely(file);
                break;
        }
    }

    private void WriteSparsely(RawPath file)
    {
        using FileStream sparse = RawFiles.Create(file);
        for (int i = random.Next(4); i > 0; i--)
        {
            sparse.Position = random.Next(Longest);
            sparse.Write(SampleBlobs.Noise(random, random.Next(1, 30_000)));
        }
        sparse.SetLength(sparse.Length + Around(Shortest));
    }

    private byte[] Constant(int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, (byte)random.Next(1, 256));
        return bytes;
    }

    private int Around(int bound) => bound + random.Next(-1, 2);
}
