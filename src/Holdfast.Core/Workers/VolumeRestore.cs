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
    /// <exception cref="EngineError">The data cannot be had, or the image not be written.</exception>
    public async Task<ImageRestoreReport> RunAsync(
        ClaimedOperation claimed,
        Volume target,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync(token => RunAsync(repository, claimed, target, token), cancellationToken);
    }

    private async Task<ImageRestoreReport> RunAsync(
        Repository repository,
        ClaimedOperation claimed,
        Volume target,
        CancellationToken cancellationToken
    )
    {
        Id id = Id.Parse(claimed.Row.PinnedSnapshotId);
        Snapshot snapshot = await repository.LoadSnapshotAsync(id, cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        ImageRestoreSource source = await ImageRestoreSource.FindAsync(repository, snapshot, cancellationToken);
        using VolumePlace place = roots.OpenPlace(target);
        using ImageTarget image = ImageTarget.Open(
            place.Directory,
            place.NameBytes,
            devices: target.Kind == VolumeKind.Block
        );
        ImageRestore run = new(repository, source, image);
        claimed.Progress = () => (run.Report.BytesWritten + run.Report.BytesZeroed + run.Report.BytesKept, source.Size);
        return await run.RunAsync(cancellationToken);
    }
}
