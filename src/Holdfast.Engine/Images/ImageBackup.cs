using System.Text;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Images;

/// <summary>
/// One backup of one raw image, as one file. It commits by storing the snapshot, last. With a parent in the request it
/// reads, or works through, only what changed, when it is told how to know: by <see cref="Changes"/> or
/// <see cref="Digests"/>. What is stored is the same with and without.
/// </summary>
/// <remarks>
/// A live image, one that is being written to, is read once and never again: whoever writes to a volume goes on doing so,
/// and what took an hour would take three and be no better. When a file's times or size say that it was written to
/// meanwhile, the snapshot has it as it was read, and <see cref="BackupProblemKind.ChangedWhileRead"/> is in the report;
/// of a source that stands still (<see cref="BackupOptions.IsStill"/>) that is an error, and nothing is stored. A block
/// device does not say when it was written to: capture it first.
/// </remarks>
/// <param name="repository">Open, its index loaded while the lock was held.</param>
/// <param name="source">Stays the caller's.</param>
/// <param name="request">
/// Its one path is <see cref="ImageLayout.PathOf"/> of the volume. Of the options the limits of a file, and whether
/// the source stands still, have a meaning here.
/// </param>
public sealed class ImageBackup(Repository repository, ImageSource source, BackupRequest request)
{
    private readonly BackupCounters counters = new();
    private ImageReading? reading;
    private IReadOnlyList<UInt128> tags = [];

    /// <summary>What tells, without reading, what is as the request's parent has it. The source must stand still.</summary>
    public IImageChanges? Changes { get; init; }

    /// <summary>
    /// Instead of <see cref="Changes"/>: what the last backup's report has, or new ones for the first; this one's report then
    /// has those for the next. Those of another snapshot than the request's parent are not compared with.
    /// </summary>
    public ImageDigests? Digests { get; init; }

    /// <summary>How far the run is; may be asked from any thread at any time.</summary>
    public BackupProgress Progress => counters.Snapshot(source.Size);

    /// <summary>For tests: called between reading the image and looking whether it changed.</summary>
    internal Action? AfterRead { get; init; }

    /// <summary>Runs once.</summary>
    /// <param name="held">The repository's lock, shared; the run ends when it is lost.</param>
    /// <exception cref="EngineError">
    /// The store failed, the lock was lost, the image cannot be read, or it is larger than a file may be; or the request
    /// makes no sense (<see cref="EngineErrorKind.Invalid"/>). No snapshot is stored.
    /// </exception>
    public async Task<ImageBackupReport> RunAsync(RepositoryLock held, CancellationToken cancellationToken)
    {
        string volume = Validate();
        BackupRequest timed = request with { Time = request.Time ?? repository.Options.Time.GetUtcNow() };
        BackupRun run = new(repository, timed, counters);
        BackupReport report = await run.RunAsync(
            held,
            async (writer, problems, token) =>
            {
                Id tree = await SaveAsync(volume, timed.Time.Value, writer, problems, token);
                // A snapshot names a parent if, and only if, it was compared with one.
                run.Parent = reading!.Parent is null ? null : run.Parent;
                return tree;
            },
            cancellationToken
        );
        return new ImageBackupReport(
            report,
            reading!.BytesRead,
            reading.Parent is not null,
            Digests?.For(report.Snapshot.Id, tags)
        );
    }

    private string Validate()
    {
        string? volume = request.Paths is [['/', .. var name]] ? name : null;
        if (volume is null || !NodeName.IsValid(Encoding.UTF8.GetBytes(volume)))
        {
            throw Invalid("The paths of an image's backup are the volume's directory, and nothing else.");
        }
        if (Changes is not null && (Digests is not null || !request.Options.IsStill))
        {
            throw Invalid("Known changes go with an image that stands still, and without digests.");
        }
        if (source.Size > request.Options.MaxFileSize)
        {
            throw ImageReading.TooLarge($"it has {source.Size} bytes, and {request.Options.MaxFileSize} are the limit");
        }
        return volume;
    }

    /// <returns>The id of the root's tree.</returns>
    private async Task<Id> SaveAsync(
        string volume,
        DateTimeOffset time,
        BlobWriter writer,
        ProblemLog problems,
        CancellationToken cancellationToken
    )
    {
        // Stands for a directory that is in the snapshot alone, so that problems and progress have a path.
        var root = PendingDirectory.ForSource(parent: null, slot: 0, new SourceDirectory([]));
        var directory = new PendingDirectory(root, slot: 0, Encoding.UTF8.GetBytes(volume));
        byte[] name = ImageLayout.FileNameBytes.ToArray();
        counters.FilesFound = 1;
        counters.FoundAll = true;
        counters.SetCurrent(directory, name);
        IReadOnlyList<Id>? before = await FindParentAsync(directory, problems, cancellationToken);
        IReadOnlyList<Id> blobs = await ReadAsync(before, directory, name, writer, problems, cancellationToken);
        Count(before, blobs);
        var nodes = new ImageNodes(time);
        Id inner = await ImageNodes.SaveTreeAsync(nodes.File(name, blobs, reading!.Length), writer, cancellationToken);
        return await ImageNodes.SaveTreeAsync(nodes.Directory(directory.Name, inner), writer, cancellationToken);
    }

    /// <returns>The blobs of the parent snapshot's image; null when it has none that can be read.</returns>
    private async Task<IReadOnlyList<Id>?> FindParentAsync(
        PendingDirectory directory,
        ProblemLog problems,
        CancellationToken cancellationToken
    )
    {
        if (request.Parent is not { } parent)
        {
            return null;
        }
        try
        {
            return (await ImageRestoreSource.FindAsync(repository, parent, cancellationToken)).File.Content;
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.Invalid)
        {
            return null;
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.Damaged)
        {
            problems.Add(BackupProblemKind.ParentDamaged, directory, name: null);
            return null;
        }
    }

    private async Task<IReadOnlyList<Id>> ReadAsync(
        IReadOnlyList<Id>? before,
        PendingDirectory directory,
        byte[] name,
        BlobWriter writer,
        ProblemLog problems,
        CancellationToken cancellationToken
    )
    {
        bool isDigested = before is not null && Digests is { } digests && digests.Fit(request.Parent!.Id, before.Count);
        using ImageTags? tagging = Digests is null ? null : new ImageTags(Digests.Key, isDigested ? Digests.Tags : []);
        int workers = repository.Options.Workers;
        // The reader's own, the next, and those that are worked on.
        using var buffers = new ChunkBuffers(workers + 3);
        var chunks = new ChunkQueue(writer, buffers, counters);
        reading = new ImageReading(source, chunks, new Chunker(repository.ChunkerPolynomial), buffers, request.Options)
        {
            Parent =
                before is not null && (isDigested || Changes is not null)
                    ? new ParentImage(repository, before, source.Size)
                    : null,
            Changes = Changes,
            Tags = tagging,
        };
        FileStatus status = source.CurrentStatus();
        IReadOnlyList<Id> blobs = await reading.RunAsync(cancellationToken);
        tags = tagging?.All ?? [];
        AfterRead?.Invoke();
        FileStatus after = source.CurrentStatus();
        bool isStable = source.IsBlockDevice || (after.SameContent(in status) && after.Size == source.Size);
        if (!isStable || reading.Length != source.Size)
        {
            problems.Add(BackupProblemKind.ChangedWhileRead, directory, name);
        }
        return blobs;
    }

    private void Count(IReadOnlyList<Id>? before, IReadOnlyList<Id> blobs)
    {
        bool isUnmodified = before is not null && blobs.SequenceEqual(before);
        counters.FilesNew = before is null ? 1 : 0;
        counters.FilesChanged = before is not null && !isUnmodified ? 1 : 0;
        counters.FilesUnmodified = isUnmodified ? 1 : 0;
        counters.DirsNew = counters.FilesNew;
        counters.DirsChanged = 1 - counters.DirsNew; // Its times are those of the backup.
        counters.FilesDone = 1;
        counters.BytesProcessed = reading!.Length;
    }

    private static EngineError Invalid(string message) => new(EngineErrorKind.Invalid, temporary: false, message);
}
