using Holdfast.Engine.Files;
using Holdfast.Engine.Images;

namespace Holdfast.Core.Sources;

/// <summary>A volume's image that may be read. Disposing removes the clone, where one was made and nobody has kept it.</summary>
public sealed class ImageCapture : IDisposable
{
    private readonly DirectoryHandle? captures;
    private readonly byte[] name;

    private ImageCapture(ImageSource image, DirectoryHandle? captures, byte[] name) =>
        (Image, this.captures, this.name) = (image, captures, name);

    /// <summary>The image itself, which goes on being written to.</summary>
    public static ImageCapture OfLive(ImageSource image) => new(image, captures: null, []);

    /// <param name="captures">The directory that the clone lies in; the capture's from here on.</param>
    public static ImageCapture OfClone(ImageSource clone, DirectoryHandle captures, byte[] name) =>
        new(clone, captures, name);

    public ImageSource Image { get; }

    /// <summary>Whether nothing in it changes while it is read.</summary>
    public bool IsStill => captures is not null;

    /// <summary>What the backup says of it: <c>snapshot</c> or <c>live</c>.</summary>
    public string How => IsStill ? Capture.Snapshot : Capture.Live;

    /// <summary>
    /// Gives the clone, once it is on disk, another name in another directory of its root, and so to whoever keeps what is
    /// there.
    /// </summary>
    public Errno TryMove(DirectoryHandle into, ReadOnlySpan<byte> to)
    {
        Errno errno = captures is null ? Errno.ENOENT : Image.TrySync();
        return errno == Errno.None ? captures!.TryRename(name, into, to) : errno;
    }

    public void Dispose()
    {
        Image.Dispose();
        // What stays is a leftover: a reap finds it, and says why it will not go.
        _ = captures?.TryUnlink(name);
        captures?.Dispose();
    }
}
