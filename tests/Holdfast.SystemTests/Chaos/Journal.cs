using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Testing;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// What happened when, and what of it must not have: <c>artifacts/chaos/seed-N/journal.txt</c>, and beside it what each
/// process of each node wrote.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly StreamWriter writer;
    private readonly Lock gate = new();
    private readonly ConcurrentQueue<string> findings = new();
    private int doubts;

    public Journal(int seed)
    {
        Place = RepositoryRoot.File($"artifacts/chaos/seed-{seed}");
        if (Directory.Exists(Place))
        {
            Directory.Delete(Place, recursive: true);
        }
        Directory.CreateDirectory(Place);
        writer = new StreamWriter(Path.Combine(Place, "journal.txt")) { AutoFlush = true };
    }

    public string Place { get; }

    /// <summary>What is wrong.</summary>
    public IReadOnlyCollection<string> Findings => findings;

    /// <summary>Requests for a change whose outcome nobody knew for a while.</summary>
    public int Doubts => doubts;

    public void Note(string what)
    {
        lock (gate)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed:mm\\:ss\\.f} {what}"));
        }
    }

    public void Find(string what)
    {
        findings.Enqueue(what);
        Note($"WRONG: {what}");
    }

    /// <summary>What became of a request to change something.</summary>
    public void Note(string what, Said said)
    {
        Note($"{what}: {(int)said.Reply.Status}{(said.Doubted ? ", after doubts" : "")}");
        Interlocked.Add(ref doubts, said.Doubted ? 1 : 0);
    }

    /// <summary>Keeps what a process wrote.</summary>
    public void Keep(string node, int process, string log) =>
        File.WriteAllText(Path.Combine(Place, $"{node}-{process}.log"), log);

    public ValueTask DisposeAsync() => writer.DisposeAsync();
}
