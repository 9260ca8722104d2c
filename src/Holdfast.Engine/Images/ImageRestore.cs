using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Images;

/// <summary>
/// Makes an image hold what a backup of a volume does. Written, in place, is only what differs; long zeros become holes
/// where the target can have them. Bytes of the target beyond the backup's end stay as they are. One run a value.
/// </summary>
/// <remarks>
/// Nobody else may write to the target meanwhile: a run that succeeded has made right what it looked at. A run that ends
/// early, in whatever way, leaves a target that the next run completes. The index must be loaded, and the caller holds
/// the repository's lock.
/// </remarks>
/// <param name="target">Stays the caller's.</param>
public sealed class ImageRestore(Repository repository, ImageRestoreSource source, ImageTarget target)
{
    /// <summary>Blobs planned at once: a piece is about 100 bytes of memory, and a pack is rarely read for two portions.</summary>
    private const int Portion = 256 * 1024;

    /// <summary>Blobs that a worker compares at a time.</summary>
    private const int Stretch = 32;

    private readonly ImageRestoreTally tally = new(source);
    private readonly FilePlan plan = new(
        PendingDirectory.Root(Place.Root(), node: null, tree: default),
        source.File,
        exists: true
    );

    /// <summary>CPU-bound workers.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Awaited once all is looked at that can be known to fail, before a byte is changed.</summary>
    public Func<CancellationToken, Task>? BeforeWriting { get; init; }

    /// <summary>What has been done so far; may be asked at any moment, from any thread, and after a failure.</summary>
    public ImageRestoreReport Report => tally.ToReport();

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Damaged"/>: some blobs, of <see cref="ImageRestoreReport.BytesMissing"/>, cannot be had;
    /// all others were restored, or nothing was touched when the index lacks one. <see cref="EngineErrorKind.Files"/>: the
    /// target is too small, and was not touched, or it failed. Or the repository's store failed.
    /// </exception>
    public async Task<ImageRestoreReport> RunAsync(CancellationToken cancellationToken)
    {
        var run = new ImageRestoreRun(repository, source, target, Workers, tally);
        IReadOnlyList<Id> blobs = source.File.Content ?? [];

        // 1. Whatever can be known to fail fails before a byte is changed.
        Check(blobs);
        await (BeforeWriting?.Invoke(cancellationToken) ?? Task.CompletedTask);

        // 2. By portions: what differs, then that, in the order in which it lies in packs.
        long offset = 0;
        for (int first = 0; first < blobs.Count; first += Portion)
        {
            Piece[] pieces = List(blobs, first, Math.Min(Portion, blobs.Count - first), ref offset);
            pieces = await CompareAsync(run, pieces, cancellationToken);
            await new BlobFetch(repository, Workers, () => new ImageRestoreWriter(run)).RunAsync(
                pieces,
                cancellationToken
            );
        }

        // 3. Success is said of what outlives a power cut.
        Errno errno = target.Writing.TrySync();
        if (errno != Errno.None)
        {
            throw tally.Failed(errno, "written to its disk");
        }
        return tally.ToError() is { } error ? throw error : tally.ToReport();
    }

    private void Check(IReadOnlyList<Id> blobs)
    {
        long size = 0;
        foreach (Id blob in blobs)
        {
            size += Locate(blob).PlaintextLength;
        }
        if (size != source.Size)
        {
            throw tally.Damaged($"the tree says that it has {source.Size} bytes, and its blobs have {size}.");
        }
        if (target.Size < size)
        {
            throw tally.TooSmall(target.Size);
        }
    }

    private BlobLocation Locate(Id blob) =>
        !repository.TryLocate(BlobKind.Data, blob, out BlobLocation location)
            ? throw tally.Damaged($"no index lists its blob {blob}.")
        : Math.Max(location.Length, location.PlaintextLength) > Array.MaxLength
            ? throw tally.Damaged($"its blob {blob} is longer than any is.")
        : location;

    private Piece[] List(IReadOnlyList<Id> blobs, int first, int count, ref long offset)
    {
        var pieces = new Piece[count];
        for (int i = 0; i < count; i++)
        {
            Id blob = blobs[first + i];
            pieces[i] = new Piece(plan, blob, offset, Locate(blob));
            offset += pieces[i].Location.PlaintextLength;
        }
        return pieces;
    }

    /// <returns>Those that must be fetched.</returns>
    private static async Task<Piece[]> CompareAsync(
        ImageRestoreRun run,
        Piece[] pieces,
        CancellationToken cancellationToken
    )
    {
        run.Target.Reading.ExpectSequentialReads();
        bool[] needed = new bool[pieces.Length];
        int taken = 0;
        await WorkerLoops.RunAsync(
            run.Workers,
            token =>
            {
                using var writer = new ImageRestoreWriter(run);
                var comparison = new ImageRestoreComparison(run, writer);
                int first;
                while ((first = Interlocked.Add(ref taken, Stretch) - Stretch) < pieces.Length)
                {
                    token.ThrowIfCancellationRequested();
                    int count = Math.Min(Stretch, pieces.Length - first);
                    comparison.Compare(pieces.AsSpan(first, count), needed.AsSpan(first, count));
                }
                return Task.CompletedTask;
            },
            cancellationToken
        );
        return [.. pieces.Where((_, index) => needed[index])];
    }
}
