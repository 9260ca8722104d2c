using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// A read-only snapshot of a share that is a btrfs subvolume: everything in it as it would be after a power cut at that
/// moment. Subvolumes in it are other file systems to it, and are left out as mounts are. Where none can be taken, the
/// share is walked as it is.
/// </summary>
public sealed class SubvolumeCapture(ShareRoots roots) : ISourceCapture
{
    public bool CanCapture(Share share)
    {
        using DirectoryHandle directory = roots.OpenShare(share);
        return directory.IsSubvolume;
    }

    public Task<Capture> CaptureAsync(Share share, Operation claimed, CancellationToken cancellationToken)
    {
        byte[] name = Encoding.UTF8.GetBytes(ClaimName.Of(claimed));
        using DirectoryHandle root = roots.Open(share.Root);
        using DirectoryHandle source = roots.OpenShare(share);
        Errno errno = OwnPlace.TryMake(root, share.Root, OwnPlace.Captures, out DirectoryHandle? place);
        DirectoryHandle? taken = null;
        try
        {
            errno = errno is Errno.None or Errno.EEXIST ? place!.TrySnapshot(name, source) : errno;
            if (TakesNone(errno))
            {
                place?.Dispose();
                return Task.FromResult(new Capture(roots.OpenShare(share), Capture.Live));
            }
            errno = errno == Errno.None ? place!.TryOpenDirectory(name, out taken) : errno;
            Demand(errno, share);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
        return Task.FromResult(new Capture(taken!, Capture.Snapshot, ReleaseAsync));

        ValueTask ReleaseAsync()
        {
            using (place!)
            {
                // What stays is a leftover: a reap finds it, and says why it will not go.
                _ = place!.TryRemoveSubvolume(name);
            }
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A full or read-only disk takes no snapshot, and can be read all the same.</summary>
    private static bool TakesNone(Errno errno) =>
        errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS or Errno.EPERM or Errno.ENOTTY;

    private static void Demand(Errno errno, Share share)
    {
        if (errno != Errno.None)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: errno.IsExhaustion(),
                $"A snapshot of share {share.Id} cannot be taken: {errno.Describe()} ({errno}).",
                "Check its share root's disk."
            );
        }
    }
}
