using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>Counts a restore as it goes. Safe for many threads.</summary>
internal sealed class RestoreTally
{
    private readonly Lock gate = new();
    private readonly List<RestoreItemError> damaged = [];
    private readonly List<RestoreItemError> failed = [];
    private long errorCount;
    private long damagedCount;
    private long files;
    private long directories;
    private long others;
    private long bytesWritten;
    private long bytesKept;
    private long deleted;
    private long droppedDevices;
    private long droppedSetIds;
    private long droppedAttributes;

    public void AddFile() => Interlocked.Increment(ref files);

    public void AddDirectory() => Interlocked.Increment(ref directories);

    public void AddOther() => Interlocked.Increment(ref others);

    public void AddWritten(long bytes) => Interlocked.Add(ref bytesWritten, bytes);

    public void AddKept(long bytes) => Interlocked.Add(ref bytesKept, bytes);

    /// <summary>A file of so many bytes that were right already.</summary>
    public void AddRightFile(long size)
    {
        AddFile();
        AddKept(size);
    }

    public void AddDeleted(long entries) => Interlocked.Add(ref deleted, entries);

    public void AddDropped(int devices = 0, int setIds = 0, int attributes = 0)
    {
        Interlocked.Add(ref droppedDevices, devices);
        Interlocked.Add(ref droppedSetIds, setIds);
        Interlocked.Add(ref droppedAttributes, attributes);
    }

    /// <exception cref="EngineError">The target as a whole is to blame, so there is no use in going on.</exception>
    public void Fail(Place parent, ReadOnlySpan<byte> name, Errno errno, string tried)
    {
        if (errno.IsExhaustion() || errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS or Errno.EIO)
        {
            throw errno.ToError(
                $"{parent.PathOf(name)} {tried}",
                "Mend the target (its space, quota, disk) and restore again; what is right already is kept.",
                publicly: $"{parent.PathOf(name)} {tried}"
            );
        }
        Fail(parent, name, EngineErrorKind.Files, $"{tried}: {Explain(errno)}");
    }

    public void Fail(Place parent, ReadOnlySpan<byte> name, EngineErrorKind kind, string message)
    {
        var error = new RestoreItemError(parent.PathOf(name), kind, message);
        lock (gate)
        {
            bool isDamaged = kind == EngineErrorKind.Damaged;
            errorCount++;
            damagedCount += isDamaged ? 1 : 0;
            List<RestoreItemError> kept = isDamaged ? damaged : failed;
            if (kept.Count < RestoreReport.ErrorsKept)
            {
                kept.Add(error);
            }
        }
    }

    public RestoreReport ToReport()
    {
        lock (gate)
        {
            return new RestoreReport
            {
                Files = Interlocked.Read(ref files),
                Directories = Interlocked.Read(ref directories),
                Others = Interlocked.Read(ref others),
                BytesWritten = Interlocked.Read(ref bytesWritten),
                BytesKept = Interlocked.Read(ref bytesKept),
                Deleted = Interlocked.Read(ref deleted),
                DroppedDevices = Interlocked.Read(ref droppedDevices),
                DroppedSetIds = Interlocked.Read(ref droppedSetIds),
                DroppedAttributes = Interlocked.Read(ref droppedAttributes),
                Errors = [.. damaged.Concat(failed).Take(RestoreReport.ErrorsKept)],
                ErrorCount = errorCount,
                DamagedCount = damagedCount,
            };
        }
    }

    private static string Explain(Errno errno) =>
        errno switch
        {
            Errno.EXDEV or Errno.EBUSY => "it is a mount point or lies on another file system; unmount it first",
            Errno.EPERM => "not permitted; it may be immutable (lsattr, chattr -i)",
            Errno.ELOOP => "a symbolic link was put there meanwhile",
            Errno.ENOTEMPTY or Errno.EEXIST => "somebody wrote there meanwhile; keep clients away and restore again",
            Errno.EOPNOTSUPP => "the target's file system cannot hold this",
            _ => $"{errno.Describe()} ({errno})",
        };
}
