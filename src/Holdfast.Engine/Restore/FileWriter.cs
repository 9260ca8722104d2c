using System.Security.Cryptography;
using System.Text;
using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Writes the blobs of files, in any order and from many threads, and finishes a file with its last one. No file stays
/// open between two blobs: they may lie in packs far apart.
/// </summary>
internal sealed class FileWriter(RestoreRun run)
{
    /// <summary>A blob as long as what restic cuts from zeros may need no call at all.</summary>
    private const int ZeroBlob = 512 * 1024;

    /// <summary>Writes the piece's bytes.</summary>
    public void Write(in Piece piece, ReadOnlySpan<byte> bytes, DirectoryCursor cursor)
    {
        FilePlan plan = piece.File;
        if (plan.Failed)
        {
            return;
        }
        run.Tally.AddWritten(bytes.Length);
        if (plan.Way != FileWay.InPlace && bytes.Length >= ZeroBlob && !bytes.ContainsAnyExcept((byte)0))
        {
            bytes = [];
        }
        Place(plan, piece.FileOffset, bytes, cursor);
    }

    /// <summary>Goes on without the piece's bytes; the file is named in the report.</summary>
    public void Miss(in Piece piece, string why, DirectoryCursor cursor)
    {
        FailDamaged(piece.File, why);
        if (!piece.File.Failed)
        {
            Place(piece.File, piece.FileOffset, [], cursor);
        }
    }

    /// <summary>Makes a file right that needs no bytes: it is empty, or too long.</summary>
    public void WriteNothing(FilePlan plan, DirectoryCursor cursor)
    {
        Errno errno = cursor.TryMove(plan.Directory, out DirectoryHandle? directory);
        if (errno == Errno.None)
        {
            errno = TryPlace(plan, directory!, 0, [], last: true);
        }
        Check(plan, errno);
    }

    public void Fail(FilePlan plan, Errno errno, string tried)
    {
        lock (plan.Gate)
        {
            if (plan.Failed)
            {
                return;
            }
            plan.Failed = true;
        }
        run.Tally.Fail(plan.Directory, plan.Node.Name, errno, tried);
    }

    public void FailDamaged(FilePlan plan, string why)
    {
        lock (plan.Gate)
        {
            if (plan.Damaged)
            {
                return;
            }
            plan.Damaged = true;
        }
        run.Tally.Fail(plan.Directory, plan.Node.Name, EngineErrorKind.Damaged, why);
    }

    private void Place(FilePlan plan, long offset, ReadOnlySpan<byte> bytes, DirectoryCursor cursor)
    {
        bool last = bytes.IsEmpty && Interlocked.Decrement(ref plan.Remaining) == 0;
        if (bytes.IsEmpty && !last)
        {
            return;
        }
        Errno errno = cursor.TryMove(plan.Directory, out DirectoryHandle? directory);
        if (errno == Errno.None)
        {
            errno = TryPlace(plan, directory!, offset, bytes, last);
        }
        Check(plan, errno);
    }

    private Errno TryPlace(FilePlan plan, DirectoryHandle directory, long offset, ReadOnlySpan<byte> bytes, bool last)
    {
        Errno errno = TryOpen(plan, directory, out WritableFile? file);
        using (file)
        {
            if (errno == Errno.None && !bytes.IsEmpty)
            {
                errno = file!.TryWriteSparse(offset, bytes, punch: plan.Way == FileWay.InPlace);
                last = Interlocked.Decrement(ref plan.Remaining) == 0;
            }
            return errno == Errno.None && last ? TryFinish(plan, directory, file!) : errno;
        }
    }

    private static Errno TryOpen(FilePlan plan, DirectoryHandle directory, out WritableFile? file)
    {
        lock (plan.Gate)
        {
            if (plan.Inode is { } inode)
            {
                return TryOpenAgain(plan, directory, inode, out file);
            }
            if (plan.Way == FileWay.Beside)
            {
                plan.WorkingName = Encoding.ASCII.GetBytes($".holdfast-{RandomNumberGenerator.GetHexString(16, true)}");
            }
            Errno errno = directory.TryCreateFile(plan.WorkingName, FreshInode.Mode, out file);
            if (errno == Errno.None && plan.Pieces > 1)
            {
                errno = file!.TryStat(out FileStatus status);
                plan.Inode = status.Inode;
            }
            return errno;
        }
    }

    private static Errno TryOpenAgain(FilePlan plan, DirectoryHandle directory, ulong inode, out WritableFile? file)
    {
        Errno errno = directory.TryOpenForWriting(plan.WorkingName, out file);
        if (errno != Errno.None)
        {
            return errno;
        }
        errno = file!.TryStat(out FileStatus status);
        bool ours = status.Inode == inode && status.Links == 1 && status.Type == FileType.Regular;
        return errno == Errno.None && !ours ? Errno.EEXIST : errno;
    }

    private Errno TryFinish(FilePlan plan, DirectoryHandle directory, WritableFile file)
    {
        KnownMetadata known = FreshInode.Metadata;
        Errno errno = Errno.None;
        bool isNew = plan.Way != FileWay.InPlace;
        if (!isNew || !plan.Fresh || plan.Pieces != 1 || plan.Size >= SparseWriting.HoleMin)
        {
            errno = file.TryStat(out FileStatus status);
            if (errno == Errno.None && status.Size != plan.Size)
            {
                errno = file.TryTruncate(plan.Size);
            }
            if (errno == Errno.None && !(isNew && plan.Fresh))
            {
                errno = KnownMetadata.TryRead(file, status, out known);
                known = known with { ModifyTime = null };
            }
        }
        errno = errno == Errno.None ? NodeMetadata.TryApply(file, plan.Node, known) : errno;
        if (errno == Errno.None && plan.Way == FileWay.Beside)
        {
            errno = directory.TryRename(plan.WorkingName, plan.Node.Name);
        }
        if (errno == Errno.None)
        {
            plan.Done = true;
            run.Tally.AddFile();
        }
        return errno;
    }

    private void Check(FilePlan plan, Errno errno)
    {
        if (errno == Errno.None)
        {
            return;
        }
        if (plan.WorkingName != plan.Node.Name)
        {
            // Best effort: an exact restore removes what is left of it.
            if (run.Pool.TryRent(plan.Directory, out DirectoryPool.Lease lease) == Errno.None)
            {
                _ = lease.Handle.TryUnlink(plan.WorkingName);
            }
            lease.Dispose();
        }
        Fail(plan, errno, "cannot be written");
    }
}
