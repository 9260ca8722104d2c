using System.Buffers;
using System.Diagnostics;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Objects;
using Holdfast.Objects.Local;

namespace Holdfast.Bench;

/// <summary>
/// A whole run of the blob writer, two workers: compress, seal, pack, hash, store. The blobs' own hashes are computed
/// before. Text is what lies beneath a directory (<c>/usr/share</c>), whole files or joined into large blobs.
/// </summary>
internal static class PacksBench
{
    private const int Total = 384 << 20;
    private const int LargeBlob = 1_500_000;
    private const int Workers = 2;
    private const int Runs = 5;

    /// <param name="only">Part of the names of the measurements to make.</param>
    public static async Task RunAsync(string textRoot, string storeRoot, string only)
    {
        List<byte[]> noise = Noise();
        List<byte[]> files = RealFiles.Read(textRoot, Total);
        List<byte[]> joined = RealFiles.Join(files, LargeBlob);
        foreach (bool stored in (bool[])[false, true])
        {
            string where = stored ? "local" : "nowhere";
            string? root = stored ? storeRoot : null;
            foreach (
                (string name, List<byte[]> blobs, int level) in (IEnumerable<(string, List<byte[]>, int)>)
                    [
                        ("incompressible", noise, 3),
                        ("incompressible, raw", noise, 0),
                        ("joined text", joined, 3),
                        ("small files", files, 3),
                        ("small files, fast", files, 1),
                        ("small files, raw", files, 0),
                    ]
            )
            {
                string title = $"packs, {name}, {where}";
                if (title.Contains(only, StringComparison.Ordinal))
                {
                    await PrintAsync(title, blobs, root, level);
                }
            }
        }
    }

    private static async Task PrintAsync(string name, List<byte[]> blobs, string? root, int level)
    {
        Id[] ids = [.. blobs.Select(blob => Sha256.Hash(blob))];
        long bytes = blobs.Sum(blob => (long)blob.Length);
        var clock = new List<double>();
        var processor = new List<double>();
        for (int run = 0; run <= Runs; run++)
        {
            IObjectStore store = root is null ? new Nowhere() : new LocalObjectStore(root);
            var options = new RepositoryOptions { CompressionLevel = level, Workers = Workers };
            await using Repository repository = await Repository.InitAsync(store, "password", options, default);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long begin = Stopwatch.GetTimestamp();
            await SaveAsync(repository, blobs, ids);
            // The first run compiles.
            if (run > 0)
            {
                clock.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
                processor.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }
            if (root is not null)
            {
                Directory.Delete(root, recursive: true);
            }
        }
        clock.Sort();
        processor.Sort();
        Console.WriteLine(
            $"{name, -40} {bytes / clock[0] / 1e9, 7:F2} {bytes / clock[Runs / 2] / 1e9, 7:F2} "
                + $"{bytes / processor[Runs / 2] / 1e9, 7:F2} GB/s  ({blobs.Count} blobs, {bytes >> 20} MiB)"
        );
    }

    private static async Task SaveAsync(Repository repository, List<byte[]> blobs, Id[] ids)
    {
        await using BlobWriter writer = repository.CreateWriter();
        int next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, Workers)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (
                            int i = Interlocked.Increment(ref next);
                            i < ids.Length;
                            i = Interlocked.Increment(ref next)
                        )
                        {
                            await writer.SaveAsync(BlobKind.Data, ids[i], blobs[i], default);
                        }
                    })
                )
        );
        await writer.FlushAsync(default);
    }

    private static List<byte[]> Noise()
    {
        var blobs = new List<byte[]>();
        for (int i = 0; i < Total / LargeBlob; i++)
        {
            blobs.Add(System.Security.Cryptography.RandomNumberGenerator.GetBytes(LargeBlob));
        }
        return blobs;
    }

    /// <summary>Takes packs and forgets them; keeps the small objects that open a repository.</summary>
    private sealed class Nowhere : IObjectStore
    {
        private readonly Holdfast.Objects.Memory.MemoryObjectStore small = new();

        public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
            name.Value.StartsWith("data/", StringComparison.Ordinal)
                ? Task.CompletedTask
                : small.PutAsync(name, content, cancellationToken);

        public Task<bool> TryCreateAsync(
            ObjectName name,
            ReadOnlySequence<byte> content,
            CancellationToken cancellationToken
        ) => small.TryCreateAsync(name, content, cancellationToken);

        public Task ReadAsync(
            ObjectName name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        ) => small.ReadAsync(name, offset, destination, cancellationToken);

        public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
            small.StatAsync(name, cancellationToken);

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
            small.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
            small.DeleteAsync(name, cancellationToken);

        public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
            small.RemoveUnfinishedAsync(startedBefore, cancellationToken);
    }
}
