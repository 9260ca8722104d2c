using Holdfast.Engine.Files;

namespace Holdfast.Engine.Images;

/// <summary>
/// A raw image that is written in place: a regular file, or a block device. Its inode is never replaced, for a virtual
/// machine may hold it open. Disposing closes it, and does not make it durable: <see cref="ImageRestore"/> does.
/// </summary>
public sealed class ImageTarget : IDisposable
{
    private ImageTarget(FileHandle reading, WritableFile writing, in FileStatus status, long size)
    {
        Reading = reading;
        Writing = writing;
        Status = status;
        Size = size;
    }

    internal FileHandle Reading { get; }

    internal WritableFile Writing { get; }

    /// <summary>As it was opened.</summary>
    internal FileStatus Status { get; }

    /// <summary>In bytes.</summary>
    public long Size { get; }

    /// <summary>
    /// Opens an image in a directory. Who may write there is not trusted: no symbolic link is followed, nothing outside
    /// or on another mount is reached, and a file with more than one name is refused.
    /// </summary>
    /// <param name="directory">Stays the caller's.</param>
    /// <param name="device">Whether it must be a block device; else it must be a regular file.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: it cannot be opened, or must not be written.</exception>
    public static ImageTarget Open(DirectoryHandle directory, ReadOnlySpan<byte> name, bool device = false)
    {
        string label = Place.Root().PathOf(name);
        Demand(directory.TryStat(name, out FileStatus found), label);
        if (found.Type == FileType.Symlink)
        {
            throw Refused(label, "is a symbolic link", "Name the file that it leads to.");
        }
        if (found.Type != (device ? FileType.BlockDevice : FileType.Regular))
        {
            string why = device ? "is no block device" : "is no regular file";
            throw Refused(label, why, "Put the volume's image back, and restore again.");
        }
        return device ? OpenDevice(directory, name, label) : OpenFile(directory, name, label);
    }

    /// <summary>What is read of it from now on comes from the disk, and not from what the kernel has of it in memory.</summary>
    public void DropCache() => Reading.DropCache();

    public void Dispose()
    {
        Reading.Dispose();
        Writing.Dispose();
    }

    private static ImageTarget OpenFile(DirectoryHandle directory, ReadOnlySpan<byte> name, string label)
    {
        Demand(directory.TryOpenForWriting(name, out WritableFile? writing), label);
        ImageTarget target = Open(directory, name, label, writing!, FileType.Regular);
        if (target.Status.Links == 1)
        {
            return target;
        }
        target.Dispose();
        throw Refused(
            label,
            $"has {target.Status.Links} names (hard links)",
            "Remove the other names, or copy the file to where it has one name, and restore again."
        );
    }

    private static ImageTarget OpenDevice(DirectoryHandle directory, ReadOnlySpan<byte> name, string label)
    {
        Errno errno = directory.TryOpenDeviceForWriting(name, out WritableFile? writing);
        if (errno == Errno.EBUSY)
        {
            throw Refused(label, "is mounted, or another program has it for itself", "Unmount it, and restore again.");
        }
        Demand(errno, label);
        return Open(directory, name, label, writing!, FileType.BlockDevice);
    }

    private static ImageTarget Open(
        DirectoryHandle directory,
        ReadOnlySpan<byte> name,
        string label,
        WritableFile writing,
        FileType type
    )
    {
        FileHandle? reading = null;
        try
        {
            Demand(directory.TryOpenFile(name, out reading), label);
            Demand(writing.TryStat(out FileStatus status), label);
            Demand(reading!.TryStat(out FileStatus other), label);
            Demand(OneName.TryCount(directory, name, in status, out uint links), label);
            status = status with { Links = links };
            if (status.Type != type || status.Inode != other.Inode || status.Device != other.Device || links == 0)
            {
                throw Refused(
                    label,
                    "was replaced while it was opened",
                    "Keep others away from it, and restore again."
                );
            }
            long size = status.Size;
            if (type == FileType.BlockDevice)
            {
                Demand(reading.TryDropDeviceCache(), label);
                Demand(reading.TryReadDeviceSize(out size), label);
            }
            return new ImageTarget(reading, writing, in status, size);
        }
        catch
        {
            reading?.Dispose();
            writing.Dispose();
            throw;
        }
    }

    private static void Demand(Errno errno, string label)
    {
        if (errno != Errno.None)
        {
            throw errno.ToError(
                $"The volume's image {label} cannot be opened",
                "Check that it is there and may be written.",
                publicly: "The volume's image cannot be opened"
            );
        }
    }

    private static EngineError Refused(string label, string why, string advice) =>
        new(
            EngineErrorKind.Files,
            temporary: false,
            $"The volume's image {label} {why}, and is not written to.",
            advice
        )
        {
            PublicMessage = $"The volume's image {why}, and is not written to.",
        };
}
