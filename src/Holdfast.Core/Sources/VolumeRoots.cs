using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;

namespace Holdfast.Core.Sources;

/// <summary>Where a volume's image or device is found: an entry of an open directory. Disposing closes the directory.</summary>
public sealed record VolumePlace(DirectoryHandle Directory, string Name) : IDisposable
{
    /// <summary>The same, as the directory has it.</summary>
    public byte[] NameBytes => Encoding.UTF8.GetBytes(Name);

    public void Dispose() => Directory.Dispose();
}

/// <summary>The volume roots of this node, and the way to every volume's image or device.</summary>
public sealed class VolumeRoots(Roots roots)
{
    public IReadOnlyList<NamedRoot> All => roots.Volumes;

    /// <summary>Where new volumes are made: the first root that can hold files. Null when there is none.</summary>
    public string? Default => All.FirstOrDefault(root => !Roots.IsOfDevices(root))?.Name;

    /// <inheritdoc cref="Roots.Open"/>
    public DirectoryHandle Open(string name) => roots.Open(name);

    /// <summary>
    /// Opens the directory that the volume's image or device lies in, from its root. What the entry is, whoever opens it
    /// has to look, as <see cref="OpenSource"/> and <see cref="OpenTarget"/> do.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public VolumePlace OpenPlace(Volume volume)
    {
        using DirectoryHandle root = Open(volume.Root);
        string path = volume.Path;
        DirectoryHandle? directory = null;
        Errno errno = volume.Kind == VolumeKind.Block ? TryFollow(volume.Root, root, ref path) : Errno.None;
        int slash = path.LastIndexOf('/');
        if (errno == Errno.None)
        {
            errno = root.TryOpenBeneath(Encoding.UTF8.GetBytes(slash < 0 ? "" : path[..slash]), out directory);
        }
        return errno == Errno.None
            ? new VolumePlace(directory!, path[(slash + 1)..])
            : throw errno.ToError(
                $"The directory of volume {volume.Id} ({AbsolutePath(volume.Root, volume.Path)}) cannot be opened",
                "Put the directory back; a symbolic link or a mount in its place is refused.",
                publicly: $"The directory of volume {volume.Id} cannot be opened"
            );
    }

    /// <summary>Opens the volume's image or device to read it.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Files"/>: also when it is another kind of thing than was registered, or, temporary, a device of
    /// another size.
    /// </exception>
    public ImageSource OpenSource(Volume volume)
    {
        using VolumePlace place = OpenPlace(volume);
        bool device = volume.Kind == VolumeKind.Block;
        ImageSource image = ImageSource.Open(place.Directory, place.NameBytes, device);
        if (device && image.Size != volume.Bytes)
        {
            image.Dispose();
            throw OtherSize(volume, image.Size);
        }
        return image;
    }

    /// <summary>Opens the volume's image or device to write to it.</summary>
    /// <inheritdoc cref="OpenSource" path="/exception"/>
    public ImageTarget OpenTarget(Volume volume)
    {
        using VolumePlace place = OpenPlace(volume);
        bool device = volume.Kind == VolumeKind.Block;
        ImageTarget image = ImageTarget.Open(place.Directory, place.NameBytes, device);
        if (device && image.Size != volume.Bytes)
        {
            image.Dispose();
            throw OtherSize(volume, image.Size);
        }
        return image;
    }

    /// <summary>
    /// Follows a device's stable name, such as those of <c>/dev/disk/by-id</c>, where the root is one of devices: links there
    /// are the system's own. Elsewhere none is followed.
    /// </summary>
    /// <param name="root">The root's name.</param>
    /// <param name="path">From the root.</param>
    internal Errno TryFollow(string root, DirectoryHandle directory, ref string path)
    {
        if (!All.Any(one => one.Name == root && Roots.IsOfDevices(one)))
        {
            return Errno.None;
        }
        Errno errno = directory.TryFollowToDevice(Encoding.UTF8.GetBytes(path), out byte[] real);
        path = Encoding.UTF8.GetString(real);
        return errno;
    }

    private EngineError OtherSize(Volume volume, long size) =>
        new(
            EngineErrorKind.Files,
            temporary: true,
            $"The device {AbsolutePath(volume.Root, volume.Path)} of volume {volume.Id} has {size} bytes, and not the "
                + $"{volume.Bytes} that it was registered with: it may be another one.",
            "Let the path lead to the right device again. If it is the right one and was resized, register it again."
        )
        {
            PublicMessage =
                $"The device of volume {volume.Id} has {size} bytes instead of {volume.Bytes}, and may be another one: "
                + "let an administrator look.",
        };

    /// <inheritdoc cref="Roots.AbsolutePath"/>
    public string AbsolutePath(string root, string path) => roots.AbsolutePath(root, path);
}
