using System.Threading.Channels;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Makes a directory what a backup says: afterwards its entries, their types, contents, owners, modes, times, links and
/// extended attributes are the backup's. Written is only what differs. One run a value.
/// </summary>
/// <remarks>
/// The target's owner may change it at any moment and is not trusted: everything is reached by descriptor, beneath the
/// target. A run that ends early, in whatever way, leaves a target that the next run completes. The index must be
/// loaded, and the caller holds the repository's lock.
/// </remarks>
/// <param name="target">An existing directory; the run closes it.</param>
public sealed class TreeRestore(
    Repository repository,
    RestoreSource source,
    DirectoryHandle target,
    RestoreOptions options
)
{
    private readonly RestoreTally tally = new();

    /// <param name="target">An existing directory, by a path of the operator's.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: it cannot be opened.</exception>
    public TreeRestore(Repository repository, RestoreSource source, string target, RestoreOptions options)
        : this(repository, source, DirectoryHandle.Open(target), options) { }

    /// <summary>What has been done so far; may be asked at any moment, from any thread, and after a failure.</summary>
    public RestoreReport Report => tally.ToReport();

    /// <summary>For tests: as <see cref="RestoreRun.BeforePin"/>.</summary>
    internal Action<byte[]>? BeforePin { get; init; }

    /// <summary>For tests: as <see cref="RestoreRun.AfterOpen"/>.</summary>
    internal Action<byte[]>? AfterOpen { get; init; }

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Damaged"/> or <see cref="EngineErrorKind.Files"/>: some entries, named in the message
    /// and in <see cref="Report"/>, could not be restored; all others were. Or the repository's store, or the target as
    /// a whole, failed, and the run ended there.
    /// </exception>
    public async Task<RestoreReport> RunAsync(CancellationToken cancellationToken)
    {
        using DirectoryPool pool = DirectoryPool.Beneath(target);
        var run = new RestoreRun(repository, source, options, pool, tally)
        {
            BeforePin = BeforePin,
            AfterOpen = AfterOpen,
        };
        var hardLinks = new HardLinks(run);

        // 1. Directories, links and nodes, and of what the backup does not have, nothing; 2. beside it, contents. A
        // directory is finished with the last that is done in it, for what happens there changes its times.
        await WalkAsync(run, hardLinks, cancellationToken);

        // 3. One name of each file that has several, then the others.
        foreach (List<FilePlan> files in FilePortion.Cut(hardLinks.Choose()))
        {
            await new FileBatch(run).RestoreAsync(files, cancellationToken);
            hardLinks.Link(files, cancellationToken);
        }

        // 4. Success is said of what outlives a power cut.
        Sync(pool);
        RestoreReport report = tally.ToReport();
        return report.ToError() is { } error ? throw error : report;
    }

    private static async Task WalkAsync(RestoreRun run, HardLinks hardLinks, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One batch is planned while another is restored.
        Channel<List<FilePlan>> batches = Channel.CreateBounded<List<FilePlan>>(1);
        var walk = new TargetWalk(run, new TreeBlobs(run.Repository, stop.Token), batches.Writer, hardLinks);
        Task walking = Task.Run(
            async () =>
            {
                try
                {
                    await walk.RunAsync(stop.Token);
                    batches.Writer.Complete();
                }
                catch (Exception error)
                {
                    batches.Writer.Complete(error);
                }
            },
            CancellationToken.None
        );
        try
        {
            await foreach (List<FilePlan> batch in batches.Reader.ReadAllAsync(CancellationToken.None))
            {
                await new FileBatch(run).RestoreAsync(batch, stop.Token);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await walking;
        }
    }

    private static void Sync(DirectoryPool pool)
    {
        _ = pool.TryRent(pool.Root, out DirectoryPool.Lease lease);
        using (lease)
        {
            Errno errno = lease.Handle.TrySyncFileSystem();
            if (errno != Errno.None)
            {
                throw errno.ToError(
                    "What was restored could not be written to the target's disk",
                    "Look at the disk, then restore again.",
                    publicly: "What was restored could not be written to the share's disk"
                );
            }
        }
    }
}
