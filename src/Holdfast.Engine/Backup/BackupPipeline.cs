using System.Threading.Channels;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>
/// The stages of one run and what they share: a walker lists directories into a bounded channel, workers make nodes and
/// blobs of the entries, and the last part of each directory stores its tree.
/// </summary>
internal sealed class BackupPipeline(
    Repository repository,
    BlobWriter writer,
    BackupOptions options,
    BackupCounters counters,
    ProblemLog problems
)
{
    /// <summary>Batches between walker and workers, each of which may hold <see cref="EntryBatch.MostRuns"/> directories open.</summary>
    private const int BatchesAhead = 16;

    public Repository Repository { get; } = repository;
    public BlobWriter Writer { get; } = writer;
    public BackupOptions Options { get; } = options;
    public BackupCounters Counters { get; } = counters;
    public ProblemLog Problems { get; } = problems;
    public NodeFactory Nodes { get; } = new(options);
    public HardLinks Links { get; } = new();
    public TreeSaver Trees => trees ??= new TreeSaver(this);

    /// <summary>
    /// A file of the parent snapshot whose change time is not before this may have been written to after it was read,
    /// and within the same tick of the clock that change times are taken from. It is read again.
    /// </summary>
    public UnixTime SettledBefore { get; init; }

    /// <summary>Called with a file's name when it was read and not yet asked whether it changed meanwhile.</summary>
    public Action<byte[]>? AfterRead { get; init; }

    private TreeSaver? trees;

    /// <summary>Saves all that the source has; the first failure of any stage ends them all.</summary>
    /// <param name="parent">The parent snapshot's tree.</param>
    /// <returns>The id of the root's tree. It is durable once the writer is flushed.</returns>
    public async Task<Id> RunAsync(BackupSource source, Id? parent, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var buffers = new ChunkBuffers((2 * Repository.Options.Workers) + 1);
        var batches = Channel.CreateBounded<EntryBatch>(
            new BoundedChannelOptions(BatchesAhead) { SingleWriter = true }
        );
        var root = PendingDirectory.ForSource(parent: null, slot: 0, source.Root);
        PreviousTrees? previous = null;
        if (parent is { } tree)
        {
            previous = new PreviousTrees(Repository, Problems, stop.Token);
            root.Previous = previous.LoadRoot(root, tree);
        }
        var walker = new DirectoryWalker(Options, Counters, Problems, previous, Trees, batches.Writer);
        List<Task> stages = [Stage(() => walker.WalkAsync(root, stop.Token))];
        var chunker = new Chunker(Repository.ChunkerPolynomial);
        for (int worker = 0; worker < Repository.Options.Workers; worker++)
        {
            stages.Add(
                Stage(() =>
                {
                    var contents = new ContentSaver(Writer, chunker, buffers, Options, Counters);
                    return new EntrySaver(this, new FileSaver(this, contents)).RunAsync(batches.Reader, stop.Token);
                })
            );
        }
        try
        {
            // A stage's error comes before the cancellations that it caused.
            await Task.WhenAll(stages);
        }
        finally
        {
            while (batches.Reader.TryRead(out EntryBatch? batch))
            {
                batch.ReleaseRest();
            }
            trees?.Dispose();
        }
        return Trees.Root ?? throw new InvalidOperationException("Every stage ended and a directory is still open.");

        Task Stage(Func<Task> run) =>
            Task.Run(
                async () =>
                {
                    try
                    {
                        await run();
                    }
                    catch
                    {
                        await stop.CancelAsync();
                        throw;
                    }
                },
                CancellationToken.None
            );
    }
}
