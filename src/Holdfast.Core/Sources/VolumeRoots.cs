using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

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
    /// has to look: a regular file or, for a volume of <see cref="VolumeKind.Block"/> alone, a block device.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public VolumePlace OpenPlace(Volume volume)
    {
        int slash = volume.Path.LastIndexOf('/');
        using DirectoryHandle root = Open(volume.Root);
        byte[] path = Encoding.UTF8.GetBytes(slash < 0 ? "" : volume.Path[..slash]);
        Errno errno = root.TryOpenBeneath(path, out DirectoryHandle? directory);
        return errno == Errno.None
            ? new VolumePlace(directory!, volume.Path[(slash + 1)..])
            : throw errno.ToError(
                $"The directory of volume {volume.Id} ({AbsolutePath(volume.Root, volume.Path)}) cannot be opened",
                "Put the directory back; a symbolic link or a mount in its place is refused.",
                publicly: $"The directory of volume {volume.Id} cannot be opened"
            );
    }

    /// <inheritdoc cref="Roots.AbsolutePath"/>
    public string AbsolutePath(string root, string path) => roots.AbsolutePath(root, path);
}
