using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>Which file or device it is, by whatever name.</summary>
/// <param name="Inode">0 for a device: then it is the device itself, and not the one that its node lies on.</param>
public readonly record struct ImageIdentity(bool IsDevice, ulong Device, ulong Inode)
{
    public static ImageIdentity Of(in FileStatus status) =>
        status.Type == FileType.BlockDevice
            ? new ImageIdentity(IsDevice: true, status.RepresentedDevice, 0)
            : new ImageIdentity(IsDevice: false, status.Device, status.Inode);
}

/// <summary>An existing image or device, as it may be registered.</summary>
/// <param name="Root">The volume root's name.</param>
/// <param name="Path">From there.</param>
/// <param name="Kind">Of <see cref="VolumeKind"/>.</param>
public sealed record FoundImage(string Root, string Path, string Kind, long Bytes, ImageIdentity Identity);

/// <summary>
/// Which existing images and devices may become volumes: a regular file of one name, or a block device that nobody has for
/// itself, beneath a volume root, apart from shares, other volumes and what is the service's own.
/// </summary>
public sealed class VolumeAdoption(Roots roots, VolumeRoots volumeRoots, BlockDevices devices, CoreOptions options)
{
    private readonly PathsBeneath paths = new(
        roots,
        options.VolumeRoots,
        roots.Volumes,
        "volume roots",
        options,
        Refuse
    );

    /// <summary>Finds what an administrator names.</summary>
    /// <param name="given">Absolute. It is kept as it is: the names of devices that links stand for may change.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>, saying why not.</exception>
    public FoundImage Locate(string given)
    {
        PathBeneath found = paths.Find(given, given);
        string path = found.Beneath;
        using (DirectoryHandle root = paths.Open(found, ""))
        {
            Demand(volumeRoots.TryFollow(found.Root.Name, root, ref path), found.Path);
        }
        int slash = path.LastIndexOf('/');
        using DirectoryHandle directory = paths.Open(found, slash < 0 ? "" : path[..slash]);
        byte[] name = Encoding.UTF8.GetBytes(path[(slash + 1)..]);
        Demand(directory.TryStat(name, out FileStatus status), found.Path);
        long bytes = status.Type switch
        {
            FileType.Regular => SizeOfFile(found.Path, in status),
            FileType.BlockDevice => SizeOfDevice(found.Path, directory, name),
            FileType.Symlink => throw Refuse(found.Path, "it is a symbolic link; give the path it leads to"),
            FileType.Directory => throw Refuse(found.Path, "it is a directory"),
            _ => throw Refuse(found.Path, "it is neither a regular file nor a block device"),
        };
        if (bytes == 0)
        {
            throw Refuse(found.Path, "it is empty");
        }
        if (bytes >> 30 >= int.MaxValue)
        {
            throw Refuse(found.Path, "it is larger than any volume may be");
        }
        string kind = status.Type == FileType.Regular ? VolumeKind.File : VolumeKind.Block;
        return new FoundImage(found.Root.Name, found.Beneath, kind, bytes, ImageIdentity.Of(in status));
    }

    /// <summary>All volumes beneath roots of this node.</summary>
    public async Task<IReadOnlyList<Volume>> VolumesHereAsync(ICatalogSession session)
    {
        List<Volume> all = [];
        foreach (NamedRoot root in roots.Volumes)
        {
            all.AddRange(await session.Volumes.OfRootAsync(root.Name));
        }
        return all;
    }

    /// <summary>
    /// Refuses a file or device that is one of the volumes, by whatever name, or has bytes in common with one. Looks at the
    /// disk.
    /// </summary>
    public void CheckOther(FoundImage found, IReadOnlyList<Volume> volumes)
    {
        foreach (Volume volume in volumes)
        {
            if (IdentityOf(volume) is not { } identity)
            {
                continue;
            }
            if (identity == found.Identity)
            {
                throw IsAnother(found, volume);
            }
            if (devices.Overlap(identity, found.Identity))
            {
                throw Refuse(
                    volumeRoots.AbsolutePath(found.Root, found.Path),
                    $"volume {volume.Id} lies on it, or it on that volume"
                );
            }
        }
    }

    /// <summary>
    /// Refuses a place that lies in a share, or is another volume's; call in the transaction that adds the row.
    /// </summary>
    /// <param name="seen">The volumes that <see cref="CheckOther"/> has looked at.</param>
    /// <exception cref="ServiceError">Also <see cref="ServiceErrorKind.Conflict"/>: another was registered since.</exception>
    public async Task CheckApartAsync(ICatalogSession session, FoundImage found, IReadOnlyList<Volume> seen)
    {
        string path = volumeRoots.AbsolutePath(found.Root, found.Path);
        foreach (PathBeneath name in PathsBeneath.NamesOf(path, roots.Shares))
        {
            if (await session.Shares.AnyOverlapAsync(new SharePlace(name.Root.Name, name.Beneath)))
            {
                throw Refuse(path, "it lies in the directory of a share");
            }
        }
        IReadOnlyList<Volume> now = await VolumesHereAsync(session);
        if (now.FirstOrDefault(one => volumeRoots.AbsolutePath(one.Root, one.Path) == path) is { } same)
        {
            throw IsAnother(found, same);
        }
        HashSet<string> known = seen.Select(volume => volume.Id).ToHashSet(StringComparer.Ordinal);
        if (now.Any(volume => volume.Adopted && !known.Contains(volume.Id)))
        {
            throw ServiceError.Conflict("Another volume was registered meanwhile. Try again.");
        }
    }

    /// <returns>Null when it cannot be looked at now.</returns>
    private ImageIdentity? IdentityOf(Volume volume)
    {
        try
        {
            using VolumePlace place = volumeRoots.OpenPlace(volume);
            return place.Directory.TryStat(place.NameBytes, out FileStatus status) == Errno.None
                ? ImageIdentity.Of(in status)
                : null;
        }
        catch (EngineError)
        {
            // It is away, or gone: what was found is there, and so another.
            return null;
        }
    }

    private static long SizeOfFile(string path, in FileStatus status) =>
        status.Links == 1
            ? status.Size
            : throw Refuse(path, $"it has {status.Links} names (hard links): whoever has another writes to it too");

    private static long SizeOfDevice(string path, DirectoryHandle directory, byte[] name)
    {
        Errno errno = directory.TryOpenUnusedDevice(name, out FileHandle? device);
        if (errno == Errno.EBUSY)
        {
            throw Refuse(path, "it is mounted, or another program has it for itself");
        }
        Demand(errno, path);
        using (device)
        {
            Demand(device!.TryReadDeviceSize(out long size), path);
            return size;
        }
    }

    private static void Demand(Errno errno, string path)
    {
        if (errno != Errno.None)
        {
            string reason = errno switch
            {
                Errno.ENOENT => "there is no such file",
                Errno.ELOOP => "it is a symbolic link; give the path it leads to",
                Errno.EXDEV =>
                    "it is, or leads, out of its root or onto another file system; make that a root of its own",
                _ => $"it cannot be opened: {errno.Describe()}",
            };
            throw Refuse(path, reason);
        }
    }

    private ServiceError IsAnother(FoundImage found, Volume volume) =>
        Refuse(volumeRoots.AbsolutePath(found.Root, found.Path), $"it is volume {volume.Id} already");

    private static ServiceError Refuse(string path, string reason) =>
        ServiceError.Invalid($"'{path}' cannot be registered: {reason}.");
}
