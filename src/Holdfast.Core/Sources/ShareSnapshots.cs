using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <param name="How">As the row says it.</param>
/// <param name="LeftOut">Entries that a copy does not have; null when an earlier claim made it, and only it knew.</param>
/// <param name="Unstable">Files of a copy that may be torn; null likewise.</param>
public sealed record TakenSnapshot(string How, long? LeftOut, long? Unstable);

/// <summary>
/// Share snapshots beneath a root: <c>snapshots/&lt;id&gt;</c>, where nobody's way leads. Of a subvolume it is a read-only
/// snapshot, all of one moment; of any other directory a copy. Both are made among the captures, under the name of their
/// claim, and moved here when they are whole: what has its name here is finished, and a worker whose claim is over and whose
/// capture was discarded has nothing to move.
/// </summary>
public sealed class ShareSnapshots(ShareRoots roots)
{
    public const string Copy = "copy";

    /// <summary>Takes it, unless an earlier claim has.</summary>
    /// <param name="isHeld">Whether the claim still holds: asked when it is whole, which may be long after the beginning.</param>
    /// <param name="copying">Told of a copy before it begins.</param>
    /// <returns>Null when the claim is over.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public async Task<TakenSnapshot?> TakeAsync(
        Share share,
        ShareSnapshot snapshot,
        Operation claimed,
        Func<Task<bool>> isHeld,
        Action<TreeCopy> copying,
        CancellationToken cancellationToken
    )
    {
        byte[] name = Encoding.UTF8.GetBytes(snapshot.Id);
        using DirectoryHandle root = roots.Open(share.Root);
        using DirectoryHandle place = OwnPlace.Make(root, share.Root, OwnPlace.Snapshots);
        if (TryFinish(share, root, place, name) is { } how)
        {
            return how == Copy ? new TakenSnapshot(how, null, null) : new TakenSnapshot(how, 0, 0);
        }
        using DirectoryHandle captures = OwnPlace.Make(root, share.Root, OwnPlace.Captures);
        byte[] working = Encoding.UTF8.GetBytes(ClaimName.Of(claimed));
        CopyReport report = Make(share, captures, working, copying, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!await isHeld())
        {
            return null;
        }
        Demand(captures.TryRename(working, place, name), share);
        return new TakenSnapshot(TryFinish(share, root, place, name)!, report.LeftOut, report.Unstable);
    }

    /// <summary>Removes it; a copy's bytes go to the trash. What is gone already is what was wanted.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public void Remove(string rootName, string id)
    {
        byte[] name = Encoding.UTF8.GetBytes(id);
        using DirectoryHandle root = roots.Open(rootName);
        using DirectoryHandle? place = OwnPlace.Find(root, rootName, OwnPlace.Snapshots);
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
            using DirectoryHandle trash = OwnPlace.Make(root, rootName, OwnPlace.Trash);
            errno = place.TryRename(name, trash, name);
        }
        errno = errno is Errno.None or Errno.ENOENT ? root.TrySyncFileSystem() : errno;
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"Snapshot {id} cannot be removed from share root '{rootName}'",
                "Check the root's disk."
            );
        }
    }

    /// <summary>The ids of the snapshots that lie beneath the root. What is not named like one is nobody's to touch.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public IReadOnlyList<string> Find(string rootName)
    {
        using DirectoryHandle root = roots.Open(rootName);
        using DirectoryHandle? place = OwnPlace.Find(root, rootName, OwnPlace.Snapshots);
        List<DirectoryEntry> entries = [];
        Errno errno = place?.TryReadEntries(entries) ?? Errno.None;
        return errno == Errno.None
            ? [.. entries.Select(entry => Encoding.UTF8.GetString(entry.Name)).Where(IsId)]
            : throw errno.ToError(
                $"The directory '{OwnPlace.Snapshots}' of share root '{rootName}' cannot be listed",
                "Check the root's disk."
            );
    }

    private static bool IsId(string name) => Guid.TryParseExact(name, "D", out Guid id) && id.ToString() == name;

    /// <summary>Makes sure that what has its name already is durable and cannot be changed.</summary>
    /// <returns>How it was taken; null when it is not there.</returns>
    private static string? TryFinish(Share share, DirectoryHandle root, DirectoryHandle place, byte[] name)
    {
        Errno errno = place.TryOpenDirectory(name, out DirectoryHandle? made);
        using (made)
        {
            if (errno == Errno.ENOENT)
            {
                return null;
            }
            Demand(errno, share);
            if (made!.IsSubvolume)
            {
                Demand(made.TryMakeReadOnly(), share);
            }
            Demand(root.TrySyncFileSystem(), share);
            return made.IsSubvolume ? Capture.Snapshot : Copy;
        }
    }

    private CopyReport Make(
        Share share,
        DirectoryHandle captures,
        byte[] working,
        Action<TreeCopy> copying,
        CancellationToken cancellationToken
    )
    {
        using DirectoryHandle source = roots.OpenShare(share);
        if (source.IsSubvolume)
        {
            Demand(captures.TrySnapshot(working, source, writable: true), share);
            return new CopyReport(0, 0, 0);
        }
        Demand(captures.TryMakeDirectory(working), share);
        return WorkingCopy.Fill(captures, working, source, Tried(share), copying, cancellationToken);
    }

    private static string Tried(Share share) => $"A snapshot of share {share.Id} cannot be made";

    private static void Demand(Errno errno, Share share)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, Tried(share));
        }
    }
}
