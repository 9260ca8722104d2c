using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// New shares that begin as a share snapshot: of a subvolume a writable snapshot, of any other directory a copy. Either is
/// made among the captures, under the name of its claim, and moved to the share's place when it is whole: what has its
/// place is finished, and a worker whose claim is over and whose capture was discarded has nothing to move.
/// </summary>
public sealed class SharesOfSnapshots(ShareRoots roots)
{
    /// <summary>Makes the share's directory, unless an earlier claim has.</summary>
    /// <param name="isHeld">Whether the claim still holds: asked when it is whole, which may be long after the beginning.</param>
    /// <param name="copying">Told of a copy before it begins.</param>
    /// <returns>False when the claim is over.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public async Task<bool> MakeAsync(
        Share share,
        ShareSnapshot snapshot,
        Operation claimed,
        Func<Task<bool>> isHeld,
        Action<TreeCopy> copying,
        CancellationToken cancellationToken
    )
    {
        byte[] name = Encoding.UTF8.GetBytes(share.Path);
        using DirectoryHandle root = roots.Open(share.Root);
        if (!IsMade(root, name, share))
        {
            using DirectoryHandle captures = OwnPlace.Make(root, share.Root, OwnPlace.Captures);
            byte[] working = Encoding.UTF8.GetBytes(ClaimName.Of(claimed));
            using (DirectoryHandle source = Open(root, snapshot))
            {
                Make(share, source, captures, working, copying, cancellationToken);
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (!await isHeld())
            {
                return false;
            }
            Demand(captures.TryRename(working, root, name), share);
        }
        Demand(root.TrySyncFileSystem(), share);
        return true;
    }

    private static bool IsMade(DirectoryHandle root, byte[] name, Share share)
    {
        Errno errno = root.TryOpenDirectory(name, out DirectoryHandle? made);
        made?.Dispose();
        if (errno == Errno.ENOENT)
        {
            return false;
        }
        Demand(errno, share);
        return true;
    }

    private static DirectoryHandle Open(DirectoryHandle root, ShareSnapshot snapshot)
    {
        using DirectoryHandle? place = OwnPlace.Find(root, snapshot.Root, OwnPlace.Snapshots);
        DirectoryHandle? source = null;
        Errno errno = place?.TryOpenDirectory(Encoding.UTF8.GetBytes(snapshot.Id), out source) ?? Errno.ENOENT;
        return errno == Errno.None
            ? source!
            : throw errno.ToError(
                $"The directory of snapshot {snapshot.Id} beneath share root '{snapshot.Root}' cannot be opened",
                "Look for it on the root's disk.",
                publicly: $"The data of snapshot {snapshot.Id} cannot be opened"
            );
    }

    private static void Make(
        Share share,
        DirectoryHandle source,
        DirectoryHandle captures,
        byte[] working,
        Action<TreeCopy> copying,
        CancellationToken cancellationToken
    )
    {
        if (source.IsSubvolume)
        {
            Demand(captures.TrySnapshot(working, source, writable: true), share);
            return;
        }
        Demand(ShareRoots.TryMakeShare(captures, working), share);
        CopyReport report = WorkingCopy.Fill(captures, working, source, Tried(share), copying, cancellationToken);
        // A snapshot has nothing that a copy leaves out, so this is what its disk would not give.
        if (report.LeftOut > 0)
        {
            WorkingCopy.Clear(captures, working);
            string message = $"{Tried(share)}: {report.LeftOut} entries of the snapshot cannot be read.";
            throw new EngineError(EngineErrorKind.Files, temporary: false, message, "Check the share root's disk.")
            {
                PublicMessage = message,
            };
        }
    }

    private static string Tried(Share share) => $"Share {share.Id} cannot be made of its snapshot";

    private static void Demand(Errno errno, Share share)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, Tried(share));
        }
    }
}
