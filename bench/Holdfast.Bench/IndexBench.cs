#pragma warning disable RS0030 // A seed makes the ids of every run the same.
using System.Diagnostics;
using Holdfast.Engine;
using Holdfast.Engine.Index;
using Holdfast.Engine.Packs;

namespace Holdfast.Bench;

/// <summary>
/// The index of a repository: adding every pack, finding each blob in an order of its own, asking for as many that are
/// not there. Processor nanoseconds a blob, the median of some rounds, and the bytes that the garbage collector counts.
/// A plain dictionary of the same beside it.
/// </summary>
internal static class IndexBench
{
    /// <summary>What compressible data comes to, at a MiB and a half a blob and 16 MiB a pack.</summary>
    public const int BlobsAPack = 24;

    private const int Rounds = 5;

    public static void Run(int blobs, int blobsAPack)
    {
        var random = new Random(1);
        PackContent[] packs = [.. Enumerable.Range(0, blobs / blobsAPack).Select(_ => Pack(random, blobsAPack))];
        Id[] there = [.. packs.SelectMany(pack => pack.Blobs).Select(blob => blob.Id)];
        random.Shuffle(there);
        Id[] absent = [.. there.Select(_ => NewId(random))];

        Print("index", packs, there, absent, new Index());
        Print("dictionary", packs, there, absent, new Plain());
    }

    private static void Print(string name, PackContent[] packs, Id[] there, Id[] absent, ILookup lookup)
    {
        List<double>[] spent =
        [
            [],
            [],
            [],
            [],
        ];
        long bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            lookup.Clear();
            long before = GC.GetTotalMemory(forceFullCollection: true);
            spent[0].Add(Nanoseconds(there.Length, () => Array.ForEach(packs, lookup.Add)));
            bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            spent[1].Add(Nanoseconds(there.Length, () => Count(there, lookup.Contains, there.Length)));
            spent[2].Add(Nanoseconds(there.Length, () => Count(there, lookup.Locates, there.Length)));
            spent[3].Add(Nanoseconds(there.Length, () => Count(absent, lookup.Contains, 0)));
        }
        double[] median = [.. spent.Select(times => times.Order().ElementAt(Rounds / 2))];
        Console.WriteLine(
            $"{name, -12} {there.Length, 9} blobs {(double)bytes / there.Length, 6:F1} B a blob; ns a blob: add {median[0], 5:F0}, "
                + $"contains {median[1], 5:F0}, locate {median[2], 5:F0}, absent {median[3], 5:F0}"
        );
    }

    private static double Nanoseconds(int blobs, Action run)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        run();
        return (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / blobs;
    }

    private static void Count(Id[] ids, Func<Id, bool> has, int expected)
    {
        int found = ids.Count(has);
        if (found != expected)
        {
            throw new UnreachableException($"{found} of {expected} blobs were found.");
        }
    }

    private static PackContent Pack(Random random, int blobs)
    {
        var entries = new List<PackEntry>(blobs);
        uint offset = 0;
        for (int i = 0; i < blobs; i++)
        {
            uint length = (uint)random.Next(32, 1 << 20);
            entries.Add(new PackEntry(BlobKind.Data, NewId(random), offset, length, length + 1));
            offset += length;
        }
        return new PackContent(NewId(random), entries);
    }

    private static Id NewId(Random random)
    {
        Span<byte> bytes = stackalloc byte[Id.Size];
        random.NextBytes(bytes);
        return new Id(bytes);
    }

    private interface ILookup
    {
        void Clear();
        void Add(PackContent pack);
        bool Contains(Id id);
        bool Locates(Id id);
    }

    private sealed class Index : ILookup
    {
        private BlobIndex index = new();

        public void Clear() => index = new();

        public void Add(PackContent pack) => index.Add(pack);

        public bool Contains(Id id) => index.Contains(BlobKind.Data, id);

        public bool Locates(Id id) => index.TryLocate(BlobKind.Data, id, out _);
    }

    private sealed class Plain : ILookup
    {
        private Dictionary<BlobHandle, BlobLocation> index = [];

        public void Clear() => index = [];

        public void Add(PackContent pack)
        {
            foreach (PackEntry blob in pack.Blobs)
            {
                _ = index.TryAdd(new BlobHandle(blob.Kind, blob.Id), blob.In(pack.Pack));
            }
        }

        public bool Contains(Id id) => index.ContainsKey(new BlobHandle(BlobKind.Data, id));

        public bool Locates(Id id) => index.TryGetValue(new BlobHandle(BlobKind.Data, id), out _);
    }
}
