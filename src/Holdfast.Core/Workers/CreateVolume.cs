using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Workers;

/// <summary>
/// Makes a volume's image beneath its root: one hole, and where the operation names a snapshot, what that holds. An image
/// that an earlier claim made is kept, and gets what it lacks.
/// </summary>
public sealed class CreateVolume(
    ICatalog catalog,
    VolumeRoots roots,
    VolumeRestore restore,
    TrashBin trash,
    CoreOptions options
) : IOperationHandler
{
    public string Kind => OperationKind.CreateVolume;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        Operation row = claimed.Row;
        Volume? volume = await catalog.ReadAsync(s => s.Volumes.FindAsync(row.VolumeId!), cancellationToken);
        long bytes = volume?.Bytes ?? 0;
        if (volume is not null)
        {
            trash.Prepare(volume.Root);
        }
        if (volume is not null && row.PinnedSnapshotId is not null)
        {
            bytes = await RestoreAsync(claimed, volume, cancellationToken);
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
    private async Task<long> RestoreAsync(ClaimedOperation claimed, Volume volume, CancellationToken cancellationToken)
    {
        long bytes = volume.Bytes;
        await restore.RunAsync(
            claimed,
            volume,
            size =>
            {
                // One that is as large as the backup is that to the byte.
                bytes = Volume.Gibibytes(size) == volume.Size ? size : volume.Bytes;
                Make(volume, bytes);
            },
            cancellationToken
        );
        return bytes;
    }

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
