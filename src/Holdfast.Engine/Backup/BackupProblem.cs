using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>Why an entry is not in a backup as it was in the source.</summary>
public enum BackupProblemKind
{
    /// <summary>Gone, or become something else, between being listed and being read. Left out.</summary>
    Vanished,

    /// <summary>Written to whenever it was read. Stored as last read, which may mix old and new.</summary>
    ChangedWhileRead,

    /// <summary>Longer than the limit, or its directory's tree has no room for it. Left out.</summary>
    TooLarge,

    /// <summary>A directory nested deeper than the limit. Left out with all that is in it.</summary>
    TooDeep,

    /// <summary>More extended attributes than the limit. Stored without any.</summary>
    AttributesTooLarge,

    /// <summary>Its extended attributes cannot be read. Stored without any.</summary>
    AttributesUnreadable,

    /// <summary>
    /// An extended attribute's name is not UTF-8, which a tree cannot hold. Stored with replacement characters in it.
    /// </summary>
    AttributeNameAltered,

    /// <summary>Another file system, or a nested subvolume, begins here. Left out with all that is in it.</summary>
    MountPoint,

    /// <summary>A socket, which only lives while a process listens. Left out.</summary>
    Socket,

    /// <summary>The file system refused or failed; the detail says how. Left out.</summary>
    Unreadable,

    /// <summary>The parent snapshot's list of this directory is damaged. Everything in it was read anew.</summary>
    ParentDamaged,
}

/// <summary>One problem of one entry.</summary>
/// <param name="Path">The entry's path in the snapshot, raw bytes, beginning with a slash.</param>
/// <param name="Errno">What the kernel said, where it did.</param>
public sealed record BackupProblem(BackupProblemKind Kind, byte[] Path, Errno Errno = Errno.None);
