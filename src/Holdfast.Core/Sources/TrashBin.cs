using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>Where removed shares go: out of everybody's reach by one rename, and then away.</summary>
public sealed class TrashBin(ShareRoots roots)
{
    private static readonly byte[] Name = Encoding.UTF8.GetBytes(ShareRoots.Trash);

    /// <summary>Moves the share's directory to the trash of its root. What is gone already is what was wanted.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public void Throw(Share share)
    {
        using DirectoryHandle root = roots.Open(share.Root);
        Errno errno = root.TryMakeDirectory(Name);
        if (errno is not (Errno.None or Errno.EEXIST))
        {
            throw errno.ToError($"The trash of share root '{share.Root}' cannot be made", "Check the root's space.");
        }
        using DirectoryHandle trash = Open(root, share.Root)!;
        // Shares that we made lie right beneath their root; the id keeps names in the trash apart.
        errno = root.TryRename(Encoding.UTF8.GetBytes(share.Path), trash, Encoding.UTF8.GetBytes(share.Id));
        errno = errno is Errno.None or Errno.ENOENT ? root.TrySyncFileSystem() : errno;
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"The directory {roots.AbsolutePath(share.Root, share.Path)} cannot be moved to the trash",
                "Check its owner and the root's disk."
            );
        }
    }

    /// <summary>Removes everything in the trash of the root.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: something would not go.</exception>
    public void Empty(string rootName, CancellationToken cancellationToken)
    {
        using DirectoryHandle root = roots.Open(rootName);
        if (Open(root, rootName) is not { } trash)
        {
            return;
        }
        List<DirectoryEntry> entries = [];
        Errno errno = trash.TryReadEntries(entries);
        using DirectoryPool pool = DirectoryPool.Beneath(trash);
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
                $"The trash of share root '{rootName}' cannot be emptied ({stayed}).",
                "Check for immutable files or mounts in it."
            );
        }
    }

    /// <returns>Null when the root has no trash.</returns>
    private static DirectoryHandle? Open(DirectoryHandle root, string rootName)
    {
        Errno errno = root.TryOpenDirectory(Name, out DirectoryHandle? trash);
        return errno is Errno.None or Errno.ENOENT
            ? trash
            : throw errno.ToError(
                $"The trash of share root '{rootName}' cannot be opened",
                "It must be a directory of the root's own, not a link or a mount."
            );
    }
}
