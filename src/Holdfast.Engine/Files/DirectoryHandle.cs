using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Engine.Files;

/// <summary>One name in a directory, as raw bytes: a file system promises no encoding.</summary>
public readonly record struct DirectoryEntry(byte[] Name, FileType Type)
{
    /// <summary>The order of a tree's nodes: by the bytes of the name.</summary>
    public static readonly Comparer<DirectoryEntry> ByName = Comparer<DirectoryEntry>.Create(
        (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name)
    );
}

/// <summary>What is left of a file system.</summary>
/// <param name="Entries">Files and directories that it has room for; null where it makes that as it is needed.</param>
public readonly record struct FreeSpace(long Bytes, long? Entries)
{
    public FreeSpace Half => new(Bytes / 2, Entries / 2);

    /// <summary>Whether it has less of either than the other says.</summary>
    public bool IsLessThan(FreeSpace other) => Bytes < other.Bytes || Entries < other.Entries;
}

/// <summary>
/// An open directory, and the only way to what is in it. Whoever owns the tree may rename and link in it at any moment
/// and is not trusted: a name is a single path element, never followed when it is a symbolic link, and never leads out
/// of this directory or onto another mount (<see cref="Errno.EXDEV"/>). Safe for many threads.
/// </summary>
public sealed partial class DirectoryHandle : Descriptor
{
    /// <summary>Longest path that one call to the kernel takes, its zero byte included.</summary>
    private const int PathMax = 4096;

    private const ulong Beneath =
        Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS | Libc.RESOLVE_NO_XDEV;

    private DirectoryHandle(int descriptor)
        : base(descriptor) { }

    /// <summary>Opens a directory by a path of the operator's, which may lead through symbolic links and mounts.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryHandle Open(string path)
    {
        int flags = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC;
        int descriptor = Libc.OpenAt(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + '\0'), flags, 0);
        return Errnos.Of(descriptor) is not Errno.None and var errno
            ? throw errno.ToError($"The directory '{path}' cannot be opened", "Check that it exists and may be read.")
            : new DirectoryHandle(descriptor);
    }

    /// <summary>Whether it belongs to the user that this process acts as.</summary>
    public bool IsOwn => TryStat(out FileStatus status) == Errno.None && status.Uid == Libc.EffectiveUser();

    /// <summary>Whether this process may make and remove entries in it.</summary>
    public bool IsWritable => Libc.AccessAt(this, ".\0"u8, Libc.W_OK | Libc.X_OK, Libc.AT_EACCESS) == 0;

    /// <summary>What is left for this process of the file system that it lies on.</summary>
    public Errno TryReadFreeSpace(out FreeSpace free)
    {
        int result = Libc.StatFileSystem(this, out Libc.StatFs status);
        free = new FreeSpace(
            (long)status.AvailableBlocks * status.BlockSize,
            status.Inodes == 0 ? null : (long)status.FreeInodes
        );
        return Errnos.Of(result);
    }

    /// <summary>Opens a directory in this one.</summary>
    public Errno TryOpenDirectory(ReadOnlySpan<byte> name, out DirectoryHandle? directory)
    {
        Errno errno = TryOpen(name, Libc.O_RDONLY | Libc.O_DIRECTORY, out int descriptor);
        directory = errno == Errno.None ? new DirectoryHandle(descriptor) : null;
        return errno;
    }

    /// <summary>
    /// Opens the directory at the end of a path of names joined by slashes, however long it is; an empty path opens
    /// this directory again.
    /// </summary>
    public Errno TryOpenBeneath(ReadOnlySpan<byte> path, out DirectoryHandle? directory)
    {
        directory = null;
        do
        {
            ReadOnlySpan<byte> step = path;
            if (path.Length >= PathMax)
            {
                // Every name is shorter than a step, so there is a slash to break at.
                step = path[..path[..PathMax].LastIndexOf((byte)'/')];
            }
            using DirectoryHandle? previous = directory;
            Errno errno = (previous ?? this).TryOpenDirectory(step.IsEmpty ? "."u8 : step, out directory);
            if (errno != Errno.None)
            {
                return errno;
            }
            path = path.Length == step.Length ? [] : path[(step.Length + 1)..];
        } while (!path.IsEmpty);
        return Errno.None;
    }

    /// <summary>
    /// Opens for reading without waiting for anybody: a FIFO's other end, a lease's holder (<see cref="Errno.EAGAIN"/>).
    /// What was opened may be of any type, so ask its status before reading. Access times stay as they are where the kernel lets us.
    /// </summary>
    public Errno TryOpenFile(ReadOnlySpan<byte> name, out FileHandle? file)
    {
        const int flags = Libc.O_RDONLY | Libc.O_NONBLOCK;
        Errno errno = TryOpen(name, flags | Libc.O_NOATIME, out int descriptor);
        if (errno == Errno.EPERM)
        {
            // Only a file's owner and root may ask for O_NOATIME.
            errno = TryOpen(name, flags, out descriptor);
        }
        file = errno == Errno.None ? new FileHandle(descriptor) : null;
        return errno;
    }

    /// <summary>The status of the entry itself, never of what a symbolic link leads to.</summary>
    public Errno TryStat(ReadOnlySpan<byte> name, out FileStatus status)
    {
        const int flags = Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT;
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        int result = Libc.StatAt(this, path, flags, Libc.STATX_BASIC_STATS, out Libc.Statx raw);
        status = FileStatus.From(in raw);
        return Errnos.Of(result);
    }

    /// <summary>A symbolic link's target, raw.</summary>
    public Errno TryReadLink(ReadOnlySpan<byte> name, out byte[] target)
    {
        Span<byte> buffer = stackalloc byte[PathMax];
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        nint length = Libc.ReadLinkAt(this, path, buffer, (nuint)buffer.Length);
        target = length < 0 ? [] : buffer[..(int)length].ToArray();
        return Errnos.Of(length);
    }

    /// <summary>Adds all entries but <c>.</c> and <c>..</c>, each name once, in ascending order of the names' bytes.</summary>
    public Errno TryReadEntries(List<DirectoryEntry> entries)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int first = entries.Count;
            _ = Libc.Seek(this, 0, Libc.SEEK_SET); // Somebody may have listed by this descriptor before.
            nint length;
            while ((length = Libc.GetDirectoryEntries(this, buffer, (nuint)buffer.Length)) > 0)
            {
                AddEntries(buffer.AsSpan(0, (int)length), entries);
            }
            SortDistinct(entries, first);
            return Errnos.Of(length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Sorts the entries from <paramref name="first"/> on and keeps one of each name: a directory that changes while it
    /// is listed may name an entry twice.
    /// </summary>
    internal static void SortDistinct(List<DirectoryEntry> entries, int first)
    {
        entries.Sort(first, entries.Count - first, DirectoryEntry.ByName);
        int kept = first;
        for (int index = first; index < entries.Count; index++)
        {
            if (kept == first || DirectoryEntry.ByName.Compare(entries[kept - 1], entries[index]) != 0)
            {
                entries[kept++] = entries[index];
            }
        }
        entries.RemoveRange(kept, entries.Count - kept);
    }

    // struct linux_dirent64: u64 inode, s64 offset, u16 record length, u8 type, the name and its zero byte.
    private static void AddEntries(ReadOnlySpan<byte> records, List<DirectoryEntry> entries)
    {
        while (!records.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            ReadOnlySpan<byte> name = records[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(new DirectoryEntry(name.ToArray(), (FileType)records[18]));
            }
            records = records[length..];
        }
    }

    private Errno TryOpen(ReadOnlySpan<byte> name, int flags, out int descriptor)
    {
        var how = new Libc.OpenHow { Flags = (ulong)(flags | Libc.O_NOFOLLOW | Libc.O_CLOEXEC), Resolve = Beneath };
        ReadOnlySpan<byte> path = Terminate(name, stackalloc byte[StackPath]);
        Errno errno;
        do
        {
            descriptor = Libc.OpenAt2(this, path, in how);
            errno = Errnos.Of(descriptor);
        } while (errno == Errno.EINTR);
        return errno == Errno.ENOSYS
            ? throw errno.ToError("openat2 cannot be called", "Use Linux 5.6 or later, and a sandbox that allows it.")
            : errno;
    }

    // A name has at most 255 bytes.
    private const int StackPath = 256;

    private static ReadOnlySpan<byte> Terminate(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        Span<byte> copy = path.Length < buffer.Length ? buffer[..(path.Length + 1)] : new byte[path.Length + 1];
        path.CopyTo(copy);
        copy[^1] = 0;
        return copy;
    }
}
