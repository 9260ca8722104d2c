using Xunit;

namespace Holdfast.Testing.Files;

/// <summary>
/// A share, and outside of it a tree with the same paths that nobody may read or write: whoever is led astray finds there
/// what he looks for.
/// </summary>
public sealed class Canaries : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly TreeWatch watch;

    /// <param name="share">Filled here.</param>
    public Canaries(RawPath share)
    {
        Fill(share, "mine", new Random(1));
        Outside = directory.Make("outside");
        Fill(Outside, "a neighbour's", new Random(2));
        Copy.Of(directory["outside"], directory["before"]);
        watch = new TreeWatch(Outside);
        // A watch that sees nothing would let everything pass.
        RawFiles.OpenRead(Outside / "top-0" / "file-0").Dispose();
        Assert.NotEmpty(watch.Take());
    }

    public RawPath Outside { get; }

    /// <summary>What the files outside hold.</summary>
    public IEnumerable<byte[]> Contents() =>
        RawFiles
            .Walk(Outside)
            .Where(path => RawFiles.Status(Outside / path).Kind == FileKind.File)
            .Select(path =>
                File.ReadAllBytes($"{directory["outside"]}/{System.Text.Encoding.UTF8.GetString(path.Bytes)}")
            );

    public void AssertUntouched()
    {
        List<string> events = watch.Take();
        Assert.True(events.Count == 0, string.Join('\n', events.Take(20)));
        TreeComparer.AssertEqual(directory["before"], directory["outside"]);
        _ = watch.Take();
    }

    public void Dispose()
    {
        watch.Dispose();
        directory.Dispose();
    }

    private static void Fill(RawPath root, string whose, Random random)
    {
        for (int top = 0; top < 6; top++)
        {
            MakeDirectory(root / $"top-{top}");
            MakeDirectory(root / $"top-{top}" / "inner");
            MakeDirectory(root / $"top-{top}" / "inner" / "deepest");
        }

        void MakeDirectory(RawPath path)
        {
            RawFiles.MakeDirectory(path);
            for (int file = 0; file < 3; file++)
            {
                string words = $"{whose}, {path} {file} {new string('.', random.Next(30_000))}\n";
                RawFiles.Write(path / $"file-{file}", words);
            }
            RawFiles.Write(path / "grows", SampleBlobs.Noise(random, 300_000));
        }
    }
}
