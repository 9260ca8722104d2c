using System.Collections.Concurrent;
using Holdfast.Engine;
using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;

namespace Holdfast.Bench;

/// <summary>
/// The least that a first backup of a directory can take: its files read, hashed, and each piece that is new compressed,
/// by as many threads as there are processors. Nothing is cut by content, sealed or stored. Each step includes those
/// before it; whoever runs it measures the process.
/// </summary>
internal static class FloorBench
{
    /// <summary>About as long as a chunk of restic's. Longer files are shared by the threads.</summary>
    private const int PieceLength = 3 << 19;

    private const int Level = 3;

    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <param name="step">"read", "hash" or "compress".</param>
    public static void Run(string step, string root)
    {
        bool hash = step != "read";
        bool compress = step == "compress";
        using BlockingCollection<Piece> pieces = new(boundedCapacity: 1024);
        ConcurrentDictionary<Id, bool> seen = [];
        long read = 0;
        long compressed = 0;
        Task[] workers =
        [
            .. Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ => Task.Factory.StartNew(Work, TaskCreationOptions.LongRunning)),
        ];
        foreach (FileInfo file in new DirectoryInfo(root).EnumerateFiles("*", All))
        {
            for (long offset = 0; offset < file.Length; offset += PieceLength)
            {
                pieces.Add(new Piece(file.FullName, offset));
            }
        }
        pieces.CompleteAdding();
        Task.WaitAll(workers);
        Console.WriteLine($"{read} bytes read, {seen.Count} pieces, {compressed} bytes left of them");

        void Work()
        {
            byte[] buffer = new byte[PieceLength];
            using Compressor compressor = new();
            foreach (Piece piece in pieces.GetConsumingEnumerable())
            {
                using var file = File.OpenHandle(piece.Path);
                ReadOnlySpan<byte> content = buffer.AsSpan(0, RandomAccess.Read(file, buffer, piece.Offset));
                Interlocked.Add(ref read, content.Length);
                bool isNew = hash && seen.TryAdd(Sha256.Hash(content), true);
                if (compress && isNew)
                {
                    Interlocked.Add(ref compressed, compressor.Compress(content, Level).Length);
                }
            }
        }
    }

    private readonly record struct Piece(string Path, long Offset);
}
