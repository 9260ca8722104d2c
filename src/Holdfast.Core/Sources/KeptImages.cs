using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;

namespace Holdfast.Core.Sources;

/// <summary>A clone that a backup was read from.</summary>
/// <param name="Snapshot">What it holds.</param>
public sealed record KeptImage(Id Snapshot, ImageSource Image) : IDisposable
{
    public void Dispose() => Image.Dispose();
}

/// <summary>
/// The clone that each volume's last backup was read from, kept beneath the volume's root to tell the next one what has
/// changed: <c>kept/volume.snapshot</c>. It has that name only once the backup is made, and nobody writes to it, so what
/// the name says is true as long as it is there. Blocks that the volume gives up stay on the disk until it goes.
/// </summary>
public sealed class KeptImages(VolumeRoots roots)
{
    /// <summary>The clone of a snapshot that is still there.</summary>
    /// <returns>Null when there is none, or it cannot be read: it only ever saves work.</returns>
    public KeptImage? Find(Volume volume, IReadOnlySet<Id> there)
    {
        using DirectoryHandle root = roots.Open(volume.Root);
        using DirectoryHandle? place = OwnPlace.Find(root, volume.Root, OwnPlace.Kept);
        foreach ((byte[] name, string _, Id snapshot) in place is null ? [] : List(place, volume.Id))
        {
            try
            {
                if (there.Contains(snapshot))
                {
                    return new KeptImage(snapshot, ImageSource.Open(place!, name));
                }
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.Files) { }
        }
        return null;
    }

    /// <summary>Keeps the clone in place of the volume's earlier ones.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: it is not kept, and the earlier ones are; or an earlier one stays too.</exception>
    public void Keep(Volume volume, ImageCapture clone, Id snapshot)
    {
        using DirectoryHandle root = roots.Open(volume.Root);
        using DirectoryHandle place = OwnPlace.Make(root, volume.Root, OwnPlace.Kept);
        Errno errno = clone.TryMove(place, NameOf(volume.Id, snapshot));
        // Without this one the earlier ones are what the next backup has.
        foreach ((byte[] name, string _, Id other) in errno == Errno.None ? List(place, volume.Id) : [])
        {
            if (other == snapshot)
            {
                continue;
            }
            Errno removed = place.TryUnlink(name);
            errno = errno == Errno.None && removed != Errno.ENOENT ? removed : errno;
        }
        if (errno != Errno.None)
        {
            throw errno.ToError($"The clone of volume {volume.Id} cannot be kept in '{OwnPlace.Kept}' of its root");
        }
    }

    /// <summary>Removes the clones that nobody wants.</summary>
    /// <param name="isWanted">Told the volume's id and the snapshot's.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: one would not go.</exception>
    public async Task RemoveAsync(string rootName, Func<string, string, Task<bool>> isWanted)
    {
        using DirectoryHandle root = roots.Open(rootName);
        using DirectoryHandle? place = OwnPlace.Find(root, rootName, OwnPlace.Kept);
        foreach ((byte[] name, string volume, Id snapshot) in place is null ? [] : List(place, volume: null))
        {
            if (await isWanted(volume, snapshot.ToString()))
            {
                continue;
            }
            Errno errno = place!.TryUnlink(name);
            if (errno is not (Errno.None or Errno.ENOENT))
            {
                throw new EngineError(
                    EngineErrorKind.Files,
                    temporary: true,
                    $"A clone in '{OwnPlace.Kept}' of {RootName.Describe(rootName)} cannot be removed ({errno.Describe()}).",
                    "Check for immutable files in it."
                );
            }
        }
    }

    /// <param name="volume">Null: those of every volume.</param>
    private static List<(byte[] Name, string Volume, Id Snapshot)> List(DirectoryHandle place, string? volume)
    {
        List<DirectoryEntry> entries = [];
        _ = place.TryReadEntries(entries);
        List<(byte[], string, Id)> found = [];
        foreach (DirectoryEntry entry in entries)
        {
            string[] parts = Encoding.UTF8.GetString(entry.Name).Split('.');
            if (parts is [var id, var hex] && (volume is null || id == volume) && Id.TryParse(hex, out Id snapshot))
            {
                found.Add((entry.Name, id, snapshot));
            }
        }
        return found;
    }

    private static byte[] NameOf(string volume, Id snapshot) => Encoding.UTF8.GetBytes($"{volume}.{snapshot}");
}
