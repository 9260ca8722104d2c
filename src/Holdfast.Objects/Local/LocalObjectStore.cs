using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Objects.Local;

/// <summary>
/// Objects as files beneath a directory, laid out and written as restic's local backend does, so that both can use
/// the same repository. The directory is made with the first object.
/// </summary>
/// <remarks>Calls do their work on the caller's thread: a file system has no useful asynchronous calls.</remarks>
public sealed class LocalObjectStore(string root) : IObjectStore
{
    private readonly string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        _ = Write(name, content, replace: true, cancellationToken);
        return Task.CompletedTask;
    }

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => Task.FromResult(Write(name, content, replace: false, cancellationToken));

    public Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(name);
        using SafeFileHandle file = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (file.IsInvalid)
        {
            throw ReadError(path);
        }
        ReadAll(file, path, offset, destination.Span);
        return Task.CompletedTask;
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(name);
        if (Libc.Stat(path, out Libc.Statx stat) < 0)
        {
            return IsAbsence(Marshal.GetLastPInvokeError())
                ? Task.FromResult<ObjectInfo?>(null)
                : throw PosixErrors.Last("stat", path);
        }
        return Task.FromResult<ObjectInfo?>(stat.IsRegular ? new ObjectInfo(name, stat.Size, stat.Modified) : null);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        foreach ((string path, long size, DateTimeOffset modified) in Walk(prefix, temporary: false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = path[(root.Length + 1)..];
            if (ObjectName.IsValid(name))
            {
                yield return new ObjectInfo(new ObjectName(name), size, modified);
            }
        }
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(name);
        if (Libc.Unlink(path) == 0)
        {
            // Deletions are ordered (an index before its packs), so each must be durable before the next.
            DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        else if (!IsAbsence(Marshal.GetLastPInvokeError()))
        {
            throw PosixErrors.Last("remove", path);
        }
        return Task.CompletedTask;
    }

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach ((string path, _, DateTimeOffset modified) in Walk("", temporary: true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (modified < startedBefore && Libc.Unlink(path) == 0)
            {
                removed++;
            }
        }
        return Task.FromResult(removed);
    }

    private bool Write(
        ObjectName name,
        ReadOnlySequence<byte> content,
        bool replace,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(name);
        return DurableFile.IsTemporary(Path.GetFileName(path.AsSpan()))
            ? throw new ObjectError(
                ObjectErrorKind.Unsupported,
                temporary: false,
                $"'{name}' looks like an unfinished write; choose another name."
            )
            : DurableFile.Write(path, content, replace, cancellationToken);
    }

    private static unsafe void ReadAll(SafeFileHandle file, string path, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            nint read;
            fixed (byte* start = destination)
            {
                read = Libc.PRead(file, start, (nuint)destination.Length, offset);
            }
            if (read < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
            {
                continue;
            }
            if (read < 0)
            {
                throw ReadError(path);
            }
            if (read == 0)
            {
                throw new ObjectError(
                    ObjectErrorKind.Damaged,
                    temporary: false,
                    $"'{path}' ends at byte {offset}, {destination.Length} bytes too early."
                );
            }
            destination = destination[(int)read..];
            offset += read;
        }
    }

    private static ObjectError ReadError(string path) =>
        IsAbsence(Marshal.GetLastPInvokeError())
            ? PosixErrors.From(Libc.ENOENT, "read", path)
            : PosixErrors.Last("read", path);

    private List<(string Path, long Size, DateTimeOffset Modified)> Walk(string prefix, bool temporary)
    {
        string start = prefix.Length == 0 ? root : PathOf(new ObjectName(prefix));
        try
        {
            return LocalWalk.Files(start, temporary);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw PosixErrors.FromWalk(error, start);
        }
    }

    // A name beneath a file, or that of a directory, is no object either.
    private static bool IsAbsence(int errno) => errno is Libc.ENOENT or Libc.ENOTDIR or Libc.EISDIR;

    private string PathOf(ObjectName name) => string.Concat(root, "/", name.Value);
}
