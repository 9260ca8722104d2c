using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>Reads and stores regular files, again when they were written to meanwhile. One for each worker.</summary>
internal sealed class FileSaver(BackupPipeline run, ContentSaver contents)
{
    private readonly BackupOptions options = run.Options;

    /// <returns>
    /// The file's node; null, and a problem in the log, when it cannot be stored or is no regular file any more.
    /// </returns>
    public async ValueTask<Node?> SaveAsync(
        PendingDirectory directory,
        byte[] name,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 1; ; attempt++)
        {
            Errno errno = TryOpen(directory, name, out FileHandle? file, out FileStatus status);
            using (file)
            {
                FileContent content = default;
                if (errno == Errno.None)
                {
                    content = await ReadAsync(file!, status, cancellationToken);
                    errno = content.Errno;
                }
                if (errno != Errno.None)
                {
                    run.Problems.AddOrThrow(errno, directory, name);
                    return null;
                }
                run.AfterRead?.Invoke(name);
                bool isStable = IsStable(file!, in status, in content);
                if (isStable || attempt == options.ReadAttempts)
                {
                    return Finish(directory, name, file!, in status, in content, isStable);
                }
            }
        }
    }

    /// <summary>Opens the file, if it is a regular one within the limits. The caller disposes whatever was opened.</summary>
    private Errno TryOpen(PendingDirectory directory, byte[] name, out FileHandle? file, out FileStatus status)
    {
        status = default;
        Errno errno = directory.Handle!.TryOpenFile(name, out file);
        if (errno == Errno.None)
        {
            errno = file!.TryStat(out status);
        }
        if (errno != Errno.None)
        {
            return errno;
        }
        return status.Type != FileType.Regular ? Errno.ESTALE
            : status.Size > options.MaxFileSize ? Errno.EFBIG
            : Errno.None;
    }

    private async ValueTask<FileContent> ReadAsync(
        FileHandle file,
        FileStatus status,
        CancellationToken cancellationToken
    ) =>
        run.Links.TryFind(in status, out FileContent known)
            ? known
            : await contents.SaveAsync(file, in status, cancellationToken);

    private static bool IsStable(FileHandle file, in FileStatus before, in FileContent content) =>
        file.TryStat(out FileStatus after) == Errno.None && after.SameContent(in before) && content.Size == before.Size;

    // The status is that of before the read, so that after a torn one the next backup sees a change.
    private Node Finish(
        PendingDirectory directory,
        byte[] name,
        FileHandle file,
        in FileStatus status,
        in FileContent content,
        bool isStable
    )
    {
        if (isStable)
        {
            run.Links.Remember(in status, in content);
        }
        else
        {
            run.Problems.Add(BackupProblemKind.ChangedWhileRead, directory, name);
        }
        Errno errno = ExtendedAttributes.TryRead(file, options.MaxAttributeBytes, out var attributes);
        EntryAttributes stored = run.Problems.Check(errno, attributes, directory, name);
        return run.Nodes.File(name, in status, stored, content.Blobs, content.Size);
    }
}
