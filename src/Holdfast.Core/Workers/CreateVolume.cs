using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Core.Workers;

/// <summary>
/// Makes a volume's image beneath its root: one hole, and where the operation names a snapshot, what that holds. An image
/// that an earlier claim made is kept, and gets what it lacks.
/// </summary>
public sealed class CreateVolume(
    ICatalog catalog,
    VolumeRoots roots,
    ProjectRepositories repositories,
    CoreOptions options
) : IOperationHandler
{
    public string Kind => OperationKind.CreateVolume;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Volume? volume = await catalog.ReadAsync(s => s.Volumes.FindAsync(row.VolumeId!), cancellationToken);
        long bytes = volume?.Bytes ?? 0;
        if (volume is not null && row.PinnedSnapshotId is { } snapshot)
        {
            bytes = await RestoreAsync(claimed, volume, snapshot, cancellationToken);
        }
        else if (volume is not null)
        {
            Make(volume, bytes);
        }
        await claimed.SucceedAsync(
            async (session, now) =>
            {
                if (volume is null)
                {
                    return;
                }
                await session.Volumes.SetMadeAsync(volume.Id, options.Node, bytes);
                await session.Volumes.SetStatusAsync(volume.Id, VolumeStatus.Creating, VolumeStatus.Available, now);
                await session.QueueExportAsync(volume.ProjectId, now);
            },
            cancellationToken
        );
    }

    /// <returns>How many bytes the volume has.</returns>
    private async Task<long> RestoreAsync(
        ClaimedOperation claimed,
        Volume volume,
        string snapshot,
        CancellationToken cancellationToken
    )
    {
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync(
            token => RestoreAsync(repository, claimed, volume, snapshot, token),
            cancellationToken
        );
    }

    private async Task<long> RestoreAsync(
        Repository repository,
        ClaimedOperation claimed,
        Volume volume,
        string snapshotId,
        CancellationToken cancellationToken
    )
    {
        Snapshot snapshot = await repository.LoadSnapshotAsync(Id.Parse(snapshotId), cancellationToken);
        await repository.LoadIndexAsync(cancellationToken);
        ImageRestoreSource source = await ImageRestoreSource.FindAsync(repository, snapshot, cancellationToken);
        // One that is as large as the backup is that to the byte.
        long bytes = Volume.Gibibytes(source.Size) == volume.Size ? source.Size : volume.Bytes;
        Make(volume, bytes);
        using VolumePlace place = roots.OpenPlace(volume);
        using ImageTarget target = ImageTarget.Open(place.Directory, place.NameBytes);
        ImageRestore run = new(repository, source, target);
        claimed.Progress = () => (Done(run.Report), source.Size);
        await run.RunAsync(cancellationToken);
        return bytes;
    }

    private static long Done(ImageRestoreReport report) => report.BytesWritten + report.BytesZeroed + report.BytesKept;

    private void Make(Volume volume, long bytes)
    {
        using VolumePlace place = roots.OpenPlace(volume);
        Errno errno = place.Directory.TryMakeSparseFile(place.NameBytes, bytes);
        if (errno == Errno.EEXIST)
        {
            errno = Finish(place, bytes);
        }
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"The image {roots.AbsolutePath(volume.Root, volume.Path)} of volume {volume.Id} cannot be made",
                "Check the root's space, and how large a file its file system takes.",
                publicly: $"The image of volume {volume.Id} cannot be made"
            );
        }
    }

    /// <summary>Gives the image of an earlier claim its length: that claim may have died before it did.</summary>
    private static Errno Finish(VolumePlace place, long bytes)
    {
        Errno errno = place.Directory.TryOpenForWriting(place.NameBytes, out WritableFile? file);
        using (file)
        {
            errno = errno == Errno.None ? file!.TryTruncate(bytes) : errno;
            errno = errno == Errno.None ? file!.TrySync() : errno;
        }
        return errno == Errno.None ? place.Directory.TrySync() : errno;
    }
}
