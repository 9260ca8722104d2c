using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Objects.Local;

/// <summary>
/// Writes a file so that it is there whole or not at all, and stays: a temporary file beside it, fsync, rename or link,
/// fsync of the directory. Same protocol, names and modes as restic's local backend.
/// </summary>
internal static class DurableFile
{
    private const uint DirectoryMode = 0x1C0; // 0700
    private const uint WritableMode = 0x180; // 0600
    private const uint CommittedMode = 0x100; // 0400: objects never change

    private const string TemporaryMark = "-tmp-";

    private static readonly SearchValues<char> TemporaryNumber = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the file is an unfinished write of ours or of restic's, which numbers them in decimal.</summary>
    internal static bool IsTemporary(ReadOnlySpan<char> fileName)
    {
        int mark = fileName.LastIndexOf(TemporaryMark);
        return mark > 0
            && fileName.Length > mark + TemporaryMark.Length
            && !fileName[(mark + TemporaryMark.Length)..].ContainsAnyExcept(TemporaryNumber);
    }

    /// <summary>Writes the file, over an older one if <paramref name="replace"/>.</summary>
    /// <returns>False when the file was there and is not to be replaced.</returns>
    internal static bool Write(
        string path,
        ReadOnlySequence<byte> content,
        bool replace,
        CancellationToken cancellationToken
    )
    {
        string temporary = string.Concat(path, TemporaryMark, RandomNumberGenerator.GetHexString(16, lowercase: true));
        using (SafeFileHandle file = CreateWithDirectories(temporary))
        {
            try
            {
                Fill(file, temporary, content, cancellationToken);
                if (!Commit(temporary, path, replace))
                {
                    return false;
                }
            }
            catch
            {
                _ = Libc.Unlink(temporary); // It has a temporary's name: whatever stays is removed later.
                throw;
            }
        }
        SyncDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Makes changes of the directory's entries outlive a power cut.</summary>
    internal static void SyncDirectory(string directory)
    {
        using SafeFileHandle handle = Libc.Open(directory, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        if (handle.IsInvalid)
        {
            throw PosixErrors.Last("open directory", directory);
        }
        PosixErrors.Check(Libc.FSync(handle), "make durable directory", directory);
    }

    private static bool Commit(string temporary, string path, bool replace)
    {
        if (replace)
        {
            PosixErrors.Check(Libc.Rename(temporary, path), "rename into place", path);
            return true;
        }
        // link, unlike rename, refuses an existing name, and does so on every file system that has hard links.
        bool linked = Libc.Link(temporary, path) == 0;
        // vfat, exFAT and some of FUSE have none.
        bool linkless = !linked && Marshal.GetLastPInvokeError() is Libc.EPERM or Libc.EOPNOTSUPP or Libc.ENOSYS;
        if (linkless && Libc.RenameToFree(temporary, path) == 0)
        {
            return true;
        }
        int errno = linked ? 0 : Marshal.GetLastPInvokeError();
        if (errno is not (0 or Libc.EEXIST))
        {
            // What does not know this rename either says that it is invalid.
            throw PosixErrors.From(errno is Libc.EINVAL or Libc.ENOSYS ? Libc.EOPNOTSUPP : errno, "create", path);
        }
        PosixErrors.Check(Libc.Unlink(temporary), "remove", temporary);
        return linked;
    }

    private static void Fill(
        SafeFileHandle file,
        string path,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        foreach (ReadOnlyMemory<byte> segment in content)
        {
            WriteAll(file, path, segment.Span, cancellationToken);
        }
        // The mode is set before the fsync so that it is durable too. Some network file systems have no modes.
        if (
            Libc.FChmod(file, CommittedMode) < 0
            && Marshal.GetLastPInvokeError() is not (Libc.EPERM or Libc.EOPNOTSUPP)
        )
        {
            throw PosixErrors.Last("set the mode of", path);
        }
        PosixErrors.Check(Libc.FSync(file), "make durable", path);
    }

    private static unsafe void WriteAll(
        SafeFileHandle file,
        string path,
        ReadOnlySpan<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        const int Slice = 4 * 1024 * 1024; // Between two looks at the cancellation.
        while (!bytes.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            nint written;
            fixed (byte* start = bytes)
            {
                written = Libc.Write(file, start, (nuint)Math.Min(bytes.Length, Slice));
            }
            if (written < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
            {
                continue;
            }
            PosixErrors.Check(written, "write", path);
            bytes = bytes[(int)written..];
        }
    }

    private static SafeFileHandle CreateWithDirectories(string path)
    {
        SafeFileHandle file = Create(path);
        if (file.IsInvalid && Marshal.GetLastPInvokeError() == Libc.ENOENT)
        {
            file.Dispose();
            CreateDirectory(Path.GetDirectoryName(path)!);
            file = Create(path);
        }
        return file.IsInvalid ? throw PosixErrors.Last("create", path) : file;
    }

    private static SafeFileHandle Create(string path) =>
        Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, WritableMode);

    /// <summary>Makes the directory and its missing parents, each durable in its own parent.</summary>
    private static void CreateDirectory(string path)
    {
        var missing = new Stack<string>();
        string? parent = path;
        while (parent is not null && !Directory.Exists(parent))
        {
            missing.Push(parent);
            parent = Path.GetDirectoryName(parent);
        }
        while (missing.TryPop(out string? directory))
        {
            if (Libc.Mkdir(directory, DirectoryMode) < 0 && Marshal.GetLastPInvokeError() != Libc.EEXIST)
            {
                throw PosixErrors.Last("create directory", directory);
            }
            SyncDirectory(Path.GetDirectoryName(directory)!);
        }
    }
}
