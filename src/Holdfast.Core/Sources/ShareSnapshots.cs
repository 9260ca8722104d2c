using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <param name="How">As the row says it.</param>
/// <param name="LeftOut">Entries that a copy does not have; 0 of what an earlier claim made.</param>
/// <param name="Unstable">Files of a copy that may be torn; 0 likewise.</param>
public sealed record TakenSnapshot(string How, long LeftOut, long Unstable);

/// <summary>
/// Share snapshots beneath a root: <c>snapshots/&lt;id&gt;</c>, where nobody's way leads. Of a subvolume it is a read-only
/// snapshot, all of one moment; of any other directory a copy, made among the captures and moved here when it is whole, so
/// that what has its name here is finished.
/// </summary>
public sealed class ShareSnapshots(ShareRoots roots)
{
    public const string Copy = "copy";

    /// <summary>Takes it, unless an earlier claim has.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public TakenSnapshot Take(
        Share share,
        ShareSnapshot snapshot,
        Operation claimed,
        CancellationToken cancellationToken
    )
    {
        byte[] name = Encoding.UTF8.GetBytes(snapshot.Id);
        using DirectoryHandle root = roots.Open(share.Root);
        using DirectoryHandle place = OwnPlace.Make(root, share.Root, OwnPlace.Snapshots);
        Errno errno = place.TryOpenDirectory(name, out DirectoryHandle? made);
        using (made)
        {
            if (errno == Errno.None)
            {
                return new TakenSnapshot(made!.IsSubvolume ? Capture.Snapshot : Copy, 0, 0);
            }
        }
        using DirectoryHandle source = roots.OpenShare(share);
        if (!source.IsSubvolume)
        {
            return TakeCopy(share, source, root, place, name, claimed, cancellationToken);
        }
        Demand(place.TrySnapshot(name, source), share);
        return new TakenSnapshot(Capture.Snapshot, 0, 0);
    }

    /// <summary>Removes it; a copy's bytes go to the trash. What is gone already is what was wanted.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public void Remove(ShareSnapshot snapshot)
    {
        byte[] name = Encoding.UTF8.GetBytes(snapshot.Id);
        using DirectoryHandle root = roots.Open(snapshot.Root);
        using DirectoryHandle? place = OwnPlace.Find(root, snapshot.Root, OwnPlace.Snapshots);
        if (place is null)
        {
            return;
        }
        Errno errno = place.TryOpenDirectory(name, out DirectoryHandle? made);
        bool isSubvolume = made?.IsSubvolume == true;
        made?.Dispose();
        if (errno == Errno.None && isSubvolume)
        {
            errno = place.TryRemoveSubvolume(name);
        }
        else if (errno == Errno.None)
        {
            using DirectoryHandle trash = OwnPlace.Make(root, snapshot.Root, OwnPlace.Trash);
            errno = place.TryRename(name, trash, name);
        }
        errno = errno is Errno.None or Errno.ENOENT ? root.TrySyncFileSystem() : errno;
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"Snapshot {snapshot.Id} cannot be removed from share root '{snapshot.Root}'",
                "Check the root's disk."
            );
        }
    }

    private static TakenSnapshot TakeCopy(
        Share share,
        DirectoryHandle source,
        DirectoryHandle root,
        DirectoryHandle place,
        byte[] name,
        Operation claimed,
        CancellationToken cancellationToken
    )
    {
        byte[] working = Encoding.UTF8.GetBytes(ClaimName.Of(claimed));
        using DirectoryHandle captures = OwnPlace.Make(root, share.Root, OwnPlace.Captures);
        Demand(captures.TryMakeDirectory(working), share);
        Demand(captures.TryOpenDirectory(working, out DirectoryHandle? target), share);
        Demand(source.TryOpenBeneath([], out DirectoryHandle? again), share);
        using DirectoryPool from = DirectoryPool.Beneath(again!);
        using DirectoryPool to = DirectoryPool.Beneath(target!);
        TreeCopy copy = new(from, to);
        copy.Run(cancellationToken);
        Demand(captures.TryRename(working, place, name), share);
        Demand(root.TrySyncFileSystem(), share);
        return new TakenSnapshot(Copy, copy.Report.LeftOut, copy.Report.Unstable);
    }

    private static void Demand(Errno errno, Share share)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, $"A snapshot of share {share.Id} cannot be made");
        }
    }
}
