namespace Holdfast.Engine.Files;

// Files that are made and removed whole: raw images, and their captures. A call that failed leaves nothing.
public sealed partial class DirectoryHandle
{
    /// <summary>
    /// Makes a file of that many bytes, mode 0600, which is one hole, and is on disk with its name when the call returns;
    /// <see cref="Errno.EEXIST"/> when the name is taken.
    /// </summary>
    /// <param name="size">In bytes.</param>
    public Errno TryMakeSparseFile(ReadOnlySpan<byte> name, long size)
    {
        Errno errno = TryCreateFile(name, out WritableFile? file);
        if (errno != Errno.None)
        {
            return errno;
        }
        using (file)
        {
            errno = file!.TryTruncate(size);
            errno = errno == Errno.None ? file.TrySync() : errno;
        }
        errno = errno == Errno.None ? TrySync() : errno;
        return UndoneUnless(errno, name);
    }

    /// <summary>
    /// Makes a file, mode 0600, that holds what the other does at this moment, and shares its blocks; not yet on disk.
    /// <see cref="Errno.EEXIST"/> when the name is taken; <see cref="Errnos.MeansNoSharing"/>.
    /// </summary>
    public Errno TryCloneFile(ReadOnlySpan<byte> name, FileHandle original)
    {
        Errno errno = TryCreateFile(name, out WritableFile? file);
        if (errno != Errno.None)
        {
            return errno;
        }
        using (file)
        {
            errno = file!.TryClone(original);
        }
        return UndoneUnless(errno, name);
    }

    /// <summary>
    /// Removes an entry that is not a directory, and is back when its name is gone from the disk. May be called again:
    /// one that is gone already is no error.
    /// </summary>
    public Errno TryUnlinkDurably(ReadOnlySpan<byte> name)
    {
        Errno errno = TryUnlink(name);
        return errno is Errno.None or Errno.ENOENT ? TrySync() : errno;
    }

    private Errno UndoneUnless(Errno errno, ReadOnlySpan<byte> name)
    {
        if (errno != Errno.None)
        {
            _ = TryUnlink(name);
        }
        return errno;
    }
}
