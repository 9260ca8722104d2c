#pragma warning disable RS0030 // A seed makes the image of every run the same.
using System.Diagnostics;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;

namespace Holdfast.Bench;

/// <summary>
/// Backups of a sparse image of 10 GiB with 2 GiB of data, half of it incompressible: the first, one of which nothing is
/// known, and those after 1 % of the data has changed, by each way to know. Processor time is that of this process.
/// </summary>
internal static class ImagesBench
{
    private const long Size = 10L << 30;
    private const int Piece = 32 << 20;
    private const int Pieces = 64;
    private const long Changed = 20 << 20;

    /// <param name="images">An empty directory on a disk that can share blocks (XFS, btrfs), with room for 3 GiB.</param>
    /// <param name="storeRoot">An empty directory, with room for 3 GiB.</param>
    /// <param name="run">Bytes of each change.</param>
    public static async Task RunAsync(string images, string storeRoot, int run)
    {
        Random random = new(1);
        PrintKernels(random);
        string image = Path.Combine(images, "image");
        Make(image, random);
        await using Repository repository = await Repository.InitAsync(
            new LocalObjectStore(Directory.CreateDirectory(storeRoot).FullName),
            "password",
            new RepositoryOptions(),
            CancellationToken.None
        );
        using DirectoryHandle directory = DirectoryHandle.Open(images);

        Clone(images, "kept");
        ImageBackupReport first = await PrintAsync("first", repository, directory, "kept");
        ImageBackupReport unknown = await PrintAsync("nothing changed, nothing known", repository, directory, "kept");
        Change(image, random, run);
        Clone(images, "now");
        _ = await PrintAsync("changed, by extents", repository, directory, "now", first.Backup.Snapshot, kept: "kept");
        unknown = await PrintAsync(
            "once more, and tagged",
            repository,
            directory,
            "now",
            digests: ImageDigests.Create()
        );
        _ = await PrintAsync(
            "nothing changed, by digests",
            repository,
            directory,
            "now",
            unknown.Backup.Snapshot,
            digests: unknown.Digests
        );
        for (int round = 0; round < 2; round++)
        {
            Change(image, random, run);
            unknown = await PrintAsync(
                "changed, by digests",
                repository,
                directory,
                "image",
                unknown.Backup.Snapshot,
                digests: unknown.Digests
            );
        }
        Change(image, random, run);
        _ = await PrintAsync("changed, nothing known", repository, directory, "image");
    }

    private static async Task<ImageBackupReport> PrintAsync(
        string what,
        Repository repository,
        DirectoryHandle directory,
        string name,
        Snapshot? parent = null,
        string? kept = null,
        ImageDigests? digests = null
    )
    {
        using ImageSource source = ImageSource.Open(directory, Encoding.UTF8.GetBytes(name));
        using ImageSource? clone = kept is null ? null : ImageSource.Open(directory, Encoding.UTF8.GetBytes(kept));
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, CancellationToken.None);
        var request = new BackupRequest
        {
            Paths = [ImageLayout.PathOf("volume")],
            Hostname = "bench",
            Parent = parent,
            Options = new BackupOptions { IsStill = true },
        };
        var backup = new ImageBackup(repository, source, request)
        {
            Changes = clone is null ? null : new ExtentChanges(source, clone),
            Digests = digests,
        };
        Environment.ProcessCpuUsage before = Environment.CpuUsage;
        long begin = Stopwatch.GetTimestamp();
        ImageBackupReport report = await backup.RunAsync(held, CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Environment.ProcessCpuUsage after = Environment.CpuUsage;
        double processor = (after.TotalTime - before.TotalTime).TotalSeconds;
        double kernel = (after.PrivilegedTime - before.PrivilegedTime).TotalSeconds;
        double read = report.BytesRead / (double)(1 << 20);
        double added = report.Backup.Snapshot.Summary!.DataAdded / (double)(1 << 20);
        Console.WriteLine(
            $"{what, -32} {processor, 6:F2} s processor ({kernel, 5:F2} kernel) {seconds, 6:F2} s {read, 6:F0} MiB read {added, 6:F0} MiB added"
        );
        return report;
    }

    /// <summary>What telling that a blob is the parent's takes beside reading it.</summary>
    private static void PrintKernels(Random random)
    {
        byte[] content = new byte[64 << 20];
        random.NextBytes(content);
        using var tag = new ContentTag(new byte[ContentTag.KeyLength]);
        var chunker = new Chunker(ChunkerPolynomial.CreateRandom());
        Speed.Print("SHA-256", content.Length, () => ForEachBlob(content, blob => Sha256.Hash(blob)));
        Speed.Print("Poly1305", content.Length, () => ForEachBlob(content, blob => tag.Of(blob)));
        Speed.Print("cutting", content.Length, () => Cut(chunker, content));
    }

    private static void ForEachBlob(byte[] content, Blob use)
    {
        for (int at = 0; at < content.Length; at += 1 << 20)
        {
            use(content.AsSpan(at, 1 << 20));
        }
    }

    private static void Cut(Chunker chunker, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            content = content[chunker.FindCut(content, endOfFile: true)..];
        }
    }

    private delegate void Blob(ReadOnlySpan<byte> blob);

    private static void Make(string path, Random random)
    {
        using FileStream file = File.Create(path, bufferSize: 0);
        file.SetLength(Size);
        byte[] piece = new byte[Piece];
        byte[][] words =
        [
            .. Enumerable.Range(0, 2000).Select(_ => Encoding.ASCII.GetBytes(random.NextInt64().ToString("x"))),
        ];
        for (int number = 0; number < Pieces; number++)
        {
            random.NextBytes(piece);
            for (int at = Piece / 2; at < Piece; )
            {
                byte[] word = words[random.Next(words.Length)];
                int length = Math.Min(word.Length, Piece - at);
                word.AsSpan(0, length).CopyTo(piece.AsSpan(at));
                at += length;
            }
            file.Position = number * (Size / Pieces);
            file.Write(piece);
        }
    }

    private static void Change(string path, Random random, int run)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] bytes = new byte[run];
        for (long done = 0; done < Changed; done += run)
        {
            random.NextBytes(bytes);
            file.Position = (random.Next(Pieces) * (Size / Pieces)) + random.Next(Piece - run);
            file.Write(bytes);
        }
    }

    private static void Clone(string directory, string name)
    {
        using Process cp = Process.Start(
            "cp",
            ["--reflink=always", Path.Combine(directory, "image"), Path.Combine(directory, name)]
        );
        cp.WaitForExit();
    }
}
