using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// A read-only snapshot of a share that is a btrfs subvolume: everything in it as it was at one moment. Subvolumes in it
/// are other file systems to it, and are left out as mounts are.
/// </summary>
public sealed class SubvolumeCapture(ShareRoots roots, Captures captures) : ISourceCapture
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
        DirectoryHandle place = OwnPlace.Make(root, share.Root, OwnPlace.Captures);
        try
        {
            return Task.FromResult(new Capture(Take(share, source, place, name), Capture.Snapshot, ReleaseAsync));
        }
        catch
        {
            place.Dispose();
            throw;
        }

        ValueTask ReleaseAsync()
        {
            using (place)
            {
                // What stays is a leftover: a reap finds it, and says why it will not go.
                _ = place.TryRemoveSubvolume(name);
            }
            return ValueTask.CompletedTask;
        }
    }

    public Task<int> ReleaseLeftoversAsync(
        string root,
        Func<string, long, Task<bool>> isLive,
        CancellationToken cancellationToken
    ) => captures.RemoveLeftoversAsync(root, isLive, cancellationToken);

    private static DirectoryHandle Take(Share share, DirectoryHandle source, DirectoryHandle place, byte[] name)
    {
        Errno errno = place.TrySnapshot(name, source);
        DirectoryHandle? taken = null;
        errno = errno == Errno.None ? place.TryOpenDirectory(name, out taken) : errno;
        return errno == Errno.None
            ? taken!
            : throw new EngineError(
                EngineErrorKind.Files,
                temporary: errno.IsExhaustion() || errno is Errno.ENOSPC or Errno.EDQUOT,
                $"A snapshot of share {share.Id} cannot be taken: {errno.Describe()} ({errno}).",
                "Check the space of its share root, and that it is mounted writable."
            );
    }
}
