using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// Where removed shares and volumes go: out of everybody's reach by one rename, and then away. It is there before anything is that
/// could go to it, and what goes to it waits where the disk is full: a removal is what makes room.
/// </summary>
public sealed class TrashBin(Roots roots)
{
    /// <summary>Sees that the root has one.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public void Prepare(string rootName)
    {
        using DirectoryHandle root = roots.Open(rootName);
        OwnPlace.Make(root, rootName, OwnPlace.Trash).Dispose();
    }

    /// <summary>Moves the share's directory to the trash of its root. What is gone already is what was wanted.</summary>
    /// <param name="operation">The id of the operation that removes it.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public void Throw(Share share, string operation) =>
        Throw(share.Root, share.Path, share.Id, $"directory of share {share.Id}", operation);

    /// <summary>Moves the volume's image to the trash of its root. What is gone already is what was wanted.</summary>
    /// <inheritdoc cref="Throw(Share, string)"/>
    public void Throw(Volume volume, string operation) =>
        Throw(volume.Root, volume.Path, volume.Id, $"image of volume {volume.Id}", operation);

    private void Throw(string rootName, string path, string id, string what, string operation)
    {
        using DirectoryHandle root = roots.Open(rootName);
        Errno errno = OwnPlace.TryMake(root, rootName, OwnPlace.Trash, out DirectoryHandle? made);
        using DirectoryHandle trash = made ?? throw Refusal(errno);
        // What we made lies right beneath its root; the id keeps names in the trash apart.
        byte[] name = Encoding.UTF8.GetBytes(path);
        errno = TryMove(root, name, trash, id);
        if (errno is Errno.EEXIST or Errno.ENOTEMPTY)
        {
            // An earlier removal was called off after its rename, and the share has been filled again since.
            errno = TryMove(root, name, trash, $"{id}.{operation}");
        }
        errno = errno is Errno.None or Errno.ENOENT ? root.TrySyncFileSystem() : errno;
        if (errno != Errno.None)
        {
            throw Refusal(errno);
        }

        EngineError Refusal(Errno why) =>
            why.ToError(
                $"The {what} ({roots.AbsolutePath(rootName, path)}) cannot be moved to the trash",
                "Check its owner and the root's disk.",
                publicly: $"The {what} cannot be removed",
                waits: true
            );
    }

    /// <summary>Removes everything in the trash of the root.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: something would not go.</exception>
    public void Empty(string rootName, CancellationToken cancellationToken)
    {
        using DirectoryHandle root = roots.Open(rootName);
        if (OwnPlace.Find(root, rootName, OwnPlace.Trash) is not { } trash)
        {
            return;
        }
        List<DirectoryEntry> entries = [];
        Errno errno = trash.TryReadEntries(entries);
        using DirectoryPool pool = DirectoryPool.Beneath(trash, acrossSubvolumes: true);
        string? stayed = errno == Errno.None ? null : errno.Describe();
        TreeRemoval removal = new(pool, (place, name, why) => stayed ??= $"{place.PathOf(name)}: {why.Describe()}");
        foreach (DirectoryEntry entry in entries)
        {
            removal.Remove(pool.Root, entry, cancellationToken);
        }
        if (stayed is not null)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"The trash of {RootName.Describe(rootName)} cannot be emptied ({stayed}).",
                "Check for immutable files or mounts in it."
            );
        }
    }

    /// <summary>One rename, after which whoever knew the entry by its name finds nothing there.</summary>
    internal static Errno TryMove(DirectoryHandle root, byte[] path, DirectoryHandle trash, string name)
    {
        byte[] to = Encoding.UTF8.GetBytes(name);
        Errno errno = root.TryRename(path, trash, to);
        return errno == Errno.EROFS && MakeWritable(root, path) ? root.TryRename(path, trash, to) : errno;
    }

    // Whoever owns a subvolume may make it read-only, and it could not be moved then.
    private static bool MakeWritable(DirectoryHandle root, byte[] path)
    {
        Errno errno = root.TryOpenDirectory(path, out DirectoryHandle? share);
        using (share)
        {
            return errno == Errno.None && share!.TryMakeWritable() == Errno.None;
        }
    }
}
