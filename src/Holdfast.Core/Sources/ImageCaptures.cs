using System.Text;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;

namespace Holdfast.Core.Sources;

/// <summary>
/// Holds volumes' images still while they are read: by a clone that shares the image's blocks, which is as the image would
/// be after a power cut at that moment. A device, and an image on a file system without clones, is read as it is.
/// </summary>
public sealed class ImageCaptures(VolumeRoots roots, Captures captures)
{
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: the image cannot be opened, or is none.</exception>
    public ImageCapture Capture(Volume volume, Operation claimed)
    {
        ImageSource live = roots.OpenSource(volume);
        try
        {
            if (!live.IsBlockDevice && Clone(volume, live, claimed) is { } clone)
            {
                live.Dispose();
                return clone;
            }
            return ImageCapture.OfLive(live);
        }
        catch
        {
            live.Dispose();
            throw;
        }
    }

    /// <summary>Removes what earlier claims of the operation have left.</summary>
    public Task ReleaseLeftoversAsync(Volume volume, Operation claimed, CancellationToken cancellationToken) =>
        captures.RemoveLeftoversAsync(
            volume.Root,
            (operation, epoch) => Task.FromResult(operation != claimed.Id || epoch >= claimed.Epoch),
            cancellationToken
        );

    /// <returns>Null where none can be made.</returns>
    private ImageCapture? Clone(Volume volume, ImageSource live, Operation claimed)
    {
        byte[] name = Encoding.UTF8.GetBytes(ClaimName.Of(claimed));
        using DirectoryHandle root = roots.Open(volume.Root);
        Errno errno = OwnPlace.TryMake(root, volume.Root, OwnPlace.Captures, out DirectoryHandle? place);
        try
        {
            errno = errno is Errno.None or Errno.EEXIST ? live.TryClone(place!, name) : errno;
            if (errno == Errno.None)
            {
                return ImageCapture.OfClone(ImageSource.Open(place!, name), place!, name);
            }
            place?.Dispose();
            return TakesNone(errno) ? null : throw CannotClone(volume, errno);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    /// <summary>A file system without clones, and a full or read-only one, can be read all the same.</summary>
    private static bool TakesNone(Errno errno) =>
        errno.MeansNoSharing() || errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS or Errno.EPERM or Errno.EACCES;

    private static EngineError CannotClone(Volume volume, Errno errno) =>
        errno.ToError(
            $"The image of volume {volume.Id} cannot be cloned into '{OwnPlace.Captures}' of {RootName.Describe(volume.Root)}",
            "Check the root's disk.",
            publicly: $"The image of volume {volume.Id} cannot be captured"
        );
}
