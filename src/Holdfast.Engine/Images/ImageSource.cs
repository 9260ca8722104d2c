using Holdfast.Engine.Files;

namespace Holdfast.Engine.Images;

/// <summary>
/// A raw image that is read: a regular file, or a block device. Whoever may write where it lies can put something else in
/// its place at any moment; what was opened stays what it is. Disposing closes it.
/// </summary>
public sealed class ImageSource : IDisposable
{
    private ImageSource(FileHandle file, in FileStatus status, long size)
    {
        File = file;
        Status = status;
        Size = size;
    }

    internal FileHandle File { get; }

    /// <summary>As it was opened.</summary>
    internal FileStatus Status { get; }

    /// <summary>In bytes, as it was opened.</summary>
    public long Size { get; }

    public bool IsBlockDevice => Status.Type == FileType.BlockDevice;

    /// <summary>
    /// Opens an image in a directory. Who may write there is not trusted: no symbolic link is followed, and nothing outside
    /// or on another mount is reached.
    /// </summary>
    /// <param name="directory">Stays the caller's.</param>
    /// <param name="device">Whether it must be a block device; else it must be a regular file of one name.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: it cannot be opened, or is no image.</exception>
    public static ImageSource Open(DirectoryHandle directory, ReadOnlySpan<byte> name, bool device = false)
    {
        string label = Place.Root().PathOf(name);
        // Asked before it is opened: to be opened is enough for some devices to do something.
        Demand(directory.TryStat(name, out FileStatus status), label);
        DemandImage(in status, label, device);
        Demand(directory.TryOpenFile(name, out FileHandle? file), label);
        try
        {
            Demand(file!.TryStat(out status), label);
            DemandImage(in status, label, device);
            if (!device)
            {
                Demand(OneName.TryCount(directory, name, in status, out uint links), label);
                DemandImage(status with { Links = links }, label, device);
            }
            long size = status.Size;
            if (status.Type == FileType.BlockDevice)
            {
                Demand(file.TryDropDeviceCache(), label);
                Demand(file.TryReadDeviceSize(out size), label);
            }
            return new ImageSource(file, in status, size);
        }
        catch
        {
            file!.Dispose();
            throw;
        }
    }

    /// <summary>Makes a clone of the file, as <see cref="DirectoryHandle.TryCloneFile"/> does.</summary>
    public Errno TryClone(DirectoryHandle into, ReadOnlySpan<byte> name) => into.TryCloneFile(name, File);

    /// <summary>Writes the file to the disk.</summary>
    public Errno TrySync() => File.TrySync();

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    internal FileStatus CurrentStatus()
    {
        Errno errno = File.TryStat(out FileStatus status);
        return errno == Errno.None ? status : throw errno.ToError("The status of the volume's image cannot be read");
    }

    public void Dispose() => File.Dispose();

    private static void Demand(Errno errno, string label)
    {
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"The volume's image {label} cannot be opened",
                "Check that it is there and may be read.",
                publicly: "The volume's image cannot be opened"
            );
        }
    }

    private static void DemandImage(in FileStatus status, string label, bool device)
    {
        bool isRight = status.Type == (device ? FileType.BlockDevice : FileType.Regular);
        if (isRight && (device || status.Links == 1))
        {
            return;
        }
        string why =
            isRight && status.Links == 0 ? "was replaced while it was opened"
            : isRight ? $"has {status.Links} names (hard links)"
            : device ? "is no block device"
            : "is no regular file";
        throw new EngineError(
            EngineErrorKind.Files,
            temporary: false,
            $"The volume's image {label} {why}, and is not read.",
            "Put the volume's image back, and run the backup again."
        )
        {
            PublicMessage = $"The volume's image {why}, and is not read.",
        };
    }
}
