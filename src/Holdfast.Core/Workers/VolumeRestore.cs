using Holdfast.Core.Model;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Makes a volume hold what the operation's pinned snapshot does, and writes only what differs: a run that dies is
/// completed by the next. The backup's row is not asked; its owner may have removed it meanwhile.
/// </summary>
public sealed class VolumeRestore(ProjectRepositories repositories, VolumeRoots roots)
{
    /// <param name="prepare">Makes the image ready to hold so many bytes; null when it is.</param>
    /// <exception cref="EngineError">The data cannot be had, or the image not be written.</exception>
    public async Task RunAsync(
        ClaimedOperation claimed,
        Volume target,
        Action<long>? prepare,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        await held.WhileHeldAsync(token => RunAsync(repository, claimed, target, prepare, token), cancellationToken);
    }

    private async Task RunAsync(
        Repository repository,
        ClaimedOperation claimed,
        Volume target,
        Action<long>? prepare,
        CancellationToken cancellationToken
    )
    {
        Id id = Id.Parse(claimed.Row.PinnedSnapshotId);
        Snapshot snapshot = await repository.LoadSnapshotAsync(id, cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        ImageRestoreSource source = await ImageRestoreSource.FindAsync(repository, snapshot, cancellationToken);
        prepare?.Invoke(source.Size);
        using ImageTarget image = roots.OpenTarget(target);
        ImageRestore run = new(repository, source, image) { BeforeWriting = claimed.BeginToWriteAsync };
        claimed.Progress = () => Measure(run.Report, source.Size);
        await run.RunAsync(cancellationToken);
    }

    private static OperationProgress Measure(ImageRestoreReport report, long total)
    {
        long bytes = report.BytesWritten + report.BytesZeroed + report.BytesKept;
        return new OperationProgress(bytes, total, "writing", bytes);
    }
}
