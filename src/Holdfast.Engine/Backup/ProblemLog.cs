using System.Text.Unicode;
using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Backup;

/// <summary>All problems counted, the first of them listed. Safe for many threads.</summary>
internal sealed class ProblemLog(BackupOptions options)
{
    private readonly long[] counts = new long[Enum.GetValues<BackupProblemKind>().Length];
    private readonly List<BackupProblem> listed = [];

    /// <exception cref="EngineError">A source that stands still has lost something.</exception>
    public void Add(BackupProblemKind kind, PendingDirectory directory, byte[]? name, Errno errno = Errno.None)
    {
        if (options.IsStill && kind is (BackupProblemKind.Vanished or BackupProblemKind.ChangedWhileRead))
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                "The capture of the source was taken away while it was read."
            );
        }
        Interlocked.Increment(ref counts[(int)kind]);
        lock (listed)
        {
            if (listed.Count < options.MaxListedProblems)
            {
                listed.Add(new BackupProblem(kind, directory.PathOf(name), errno));
            }
        }
    }

    /// <summary>Adds what kept an entry from being opened, listed or read.</summary>
    /// <exception cref="EngineError">As above; or descriptors or memory ran out, which is no fault of the entry.</exception>
    public void AddOrThrow(Errno errno, PendingDirectory directory, byte[]? name)
    {
        if (errno.IsExhaustion())
        {
            throw errno.ToError(
                "The backup ran short of file descriptors or memory",
                "Raise the process's limits.",
                publicly: "The backup ran short of file descriptors or memory"
            );
        }
        Add(
            errno switch
            {
                // ELOOP: a link now stands where a file or directory was listed.
                Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ESTALE => BackupProblemKind.Vanished,
                Errno.EXDEV => BackupProblemKind.MountPoint,
                Errno.EFBIG => BackupProblemKind.TooLarge,
                _ => BackupProblemKind.Unreadable,
            },
            directory,
            name,
            errno
        );
    }

    /// <summary>Adds what keeps extended attributes, as read, from being stored as they are, if anything does.</summary>
    public EntryAttributes Check(
        Errno errno,
        IReadOnlyList<ExtendedAttribute> attributes,
        PendingDirectory directory,
        byte[]? name
    )
    {
        BackupProblemKind? problem = errno switch
        {
            Errno.EFBIG => BackupProblemKind.AttributesTooLarge,
            not Errno.None => BackupProblemKind.AttributesUnreadable,
            _ when !attributes.All(attribute => Utf8.IsValid(attribute.Name)) => BackupProblemKind.AttributeNameAltered,
            _ => null,
        };
        if (problem is { } kind)
        {
            Add(kind, directory, name, errno);
        }
        return new EntryAttributes(attributes, problem is null);
    }

    public IReadOnlyDictionary<BackupProblemKind, long> Counts =>
        Enum.GetValues<BackupProblemKind>()
            .Where(kind => counts[(int)kind] != 0)
            .ToDictionary(kind => kind, kind => counts[(int)kind]);

    public IReadOnlyList<BackupProblem> Listed => listed;
}
