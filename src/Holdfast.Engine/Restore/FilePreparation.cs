using Holdfast.Engine.Crypto;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Looks at what a file's name holds now, decides how the file is written, and lists the blobs that must be fetched for
/// it. A file that is right, or needs no bytes, is finished here. One worker's own.
/// </summary>
internal sealed class FilePreparation(RestoreRun run, FileWriter writer) : IDisposable
{
    private readonly DirectoryCursor cursor = new(run.Pool);
    private readonly List<Piece> pieces = [];
    private byte[] buffer = [];

    public IReadOnlyList<Piece> Pieces => pieces;

    /// <param name="plan">Nothing is done for one that is done.</param>
    public void Prepare(FilePlan plan)
    {
        if (plan.Done)
        {
            return;
        }
        int first = pieces.Count;
        Errno errno = plan.Exists ? TryCompare(plan) : Need(plan, FileWay.Create);
        if (errno != Errno.None)
        {
            writer.Fail(plan, errno, "cannot be looked at");
        }
        plan.Pieces = plan.Remaining = pieces.Count - first;
        if (plan is { Pieces: 0, Done: false, Failed: false })
        {
            writer.WriteNothing(plan, cursor);
        }
        if (plan.Failed)
        {
            pieces.RemoveRange(first, pieces.Count - first);
        }
    }

    /// <summary>Reads a finished file again.</summary>
    public void Verify(FilePlan plan)
    {
        if (!plan.Done || plan.Damaged)
        {
            return;
        }
        bool right = false;
        Errno errno = cursor.TryMove(plan.Directory, out DirectoryHandle? directory);
        errno = errno == Errno.None ? TryVerify(plan, directory!, out right) : errno;
        pieces.Clear();
        if (errno != Errno.None)
        {
            writer.Fail(plan, errno, "cannot be read again");
        }
        else if (!right)
        {
            const string why = "it reads otherwise than it was written; look at the disk, and keep clients away";
            run.Tally.Fail(plan.Directory, plan.Node.Name, EngineErrorKind.Files, why);
        }
    }

    private Errno TryVerify(FilePlan plan, DirectoryHandle directory, out bool right)
    {
        Errno errno = directory.TryOpenFile(plan.Node.Name, out FileHandle? file);
        using (file)
        {
            FileStatus status = default;
            errno = errno == Errno.None ? file!.TryStat(out status) : errno;
            errno = errno == Errno.None ? TryCompareContent(plan, file!, status.Size, out _) : errno;
            right = errno == Errno.None && pieces.Count == 0 && status.Size == plan.Size;
            return errno;
        }
    }

    public void Dispose() => cursor.Dispose();

    private Errno TryCompare(FilePlan plan)
    {
        Errno errno = cursor.TryMove(plan.Directory, out DirectoryHandle? directory);
        return errno == Errno.None ? TryCompare(plan, directory!) : errno;
    }

    private Errno TryCompare(FilePlan plan, DirectoryHandle directory)
    {
        Errno errno = directory.TryOpenFile(plan.Node.Name, out FileHandle? file);
        using (file)
        {
            return errno switch
            {
                Errno.None => TryCompare(plan, directory, file!),
                Errno.ENOENT => Need(plan, FileWay.Create),
                Errno.EACCES => Need(plan, FileWay.Beside),
                _ => errno,
            };
        }
    }

    private Errno TryCompare(FilePlan plan, DirectoryHandle directory, FileHandle file)
    {
        run.AfterOpen?.Invoke(plan.Node.Name);
        Errno errno = file.TryStat(out FileStatus status);
        if (errno != Errno.None || status.Type != FileType.Regular)
        {
            return errno == Errno.None ? Errno.EEXIST : errno;
        }
        // Whatever is to be kept or written to must have no name but the backup's.
        errno = OneName.TryCount(directory, plan.Node.Name, in status, out uint links);
        if (errno is not (Errno.None or Errno.ENOENT))
        {
            return errno;
        }
        if (links != plan.LinksAllowed || (plan.KeptInode is { } kept && kept != status.Inode))
        {
            return Need(plan, FileWay.Beside);
        }
        if (run.Options.PastCache)
        {
            file.DropCache();
        }
        int first = pieces.Count;
        errno = TryCompareContent(plan, file, status.Size, out long right);
        if (errno != Errno.None || plan.Failed)
        {
            return errno;
        }
        if (pieces.Count == first && status.Size == plan.Size)
        {
            return TryKeep(plan, file, status);
        }
        if (plan.LinksAllowed > 1 || !IsWritable(plan, directory))
        {
            pieces.RemoveRange(first, pieces.Count - first);
            return Need(plan, FileWay.Beside);
        }
        run.Tally.AddKept(right);
        plan.Way = FileWay.InPlace;
        plan.Inode = status.Inode;
        return Errno.None;
    }

    /// <summary>Lists the blobs that differ from what the file holds.</summary>
    /// <param name="kept">Bytes that do not.</param>
    private Errno TryCompareContent(FilePlan plan, FileHandle file, long length, out long kept)
    {
        int first = pieces.Count;
        kept = 0;
        Errno errno = Need(plan, FileWay.InPlace);
        int next = first;
        for (int i = first; i < pieces.Count && errno == Errno.None; i++)
        {
            Piece piece = pieces[i];
            errno = TryMatch(file, piece, length, out bool matches);
            if (matches)
            {
                kept += piece.Location.PlaintextLength;
            }
            else
            {
                pieces[next++] = piece;
            }
        }
        pieces.RemoveRange(next, pieces.Count - next);
        return errno;
    }

    private Errno TryMatch(FileHandle file, in Piece piece, long length, out bool matches)
    {
        int size = checked((int)piece.Location.PlaintextLength);
        matches = false;
        if (piece.FileOffset + size > length)
        {
            return Errno.None;
        }
        if (buffer.Length < size)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(size, 1024 * 1024));
        }
        Span<byte> bytes = buffer.AsSpan(0, size);
        Errno errno = file.TryRead(piece.FileOffset, bytes, out int read);
        if (errno == Errno.None && read == size)
        {
            matches = Sha256.Hash(bytes) == piece.Blob;
        }
        return errno;
    }

    private static bool IsWritable(FilePlan plan, DirectoryHandle directory)
    {
        Errno errno = directory.TryOpenForWriting(plan.Node.Name, out WritableFile? file);
        file?.Dispose();
        // A program that runs, or a file of another owner's: its name can still be given to a new file.
        return errno is not (Errno.EACCES or Errno.ETXTBSY);
    }

    private Errno TryKeep(FilePlan plan, FileHandle file, in FileStatus status)
    {
        Errno errno = KnownMetadata.TryRead(file, status, out KnownMetadata known);
        errno = errno == Errno.None ? NodeMetadata.TryApply(file, plan.Node, known) : errno;
        if (errno == Errno.None)
        {
            run.Tally.AddRightFile(plan.Size);
            plan.Done = true;
        }
        return errno;
    }

    /// <summary>Lists every blob of the file.</summary>
    private Errno Need(FilePlan plan, FileWay way)
    {
        plan.Way = way;
        long offset = 0;
        foreach (Id blob in plan.Node.Content ?? [])
        {
            bool listed = run.Repository.TryLocate(BlobKind.Data, blob, out BlobLocation location);
            if (!listed || Math.Max(location.Length, location.PlaintextLength) > Array.MaxLength)
            {
                string why = listed ? $"its blob {blob} is longer than any is" : $"no index lists its blob {blob}";
                writer.FailDamaged(plan, why);
                plan.Failed = true;
                return Errno.None;
            }
            pieces.Add(new Piece(plan, blob, offset, location));
            offset += location.PlaintextLength;
        }
        plan.Size = offset;
        return Errno.None;
    }
}
