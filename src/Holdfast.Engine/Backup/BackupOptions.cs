namespace Holdfast.Engine.Backup;

/// <summary>Limits and habits of one backup run. What passes a limit is an item problem, never the end of the run.</summary>
public sealed record BackupOptions
{
    /// <summary>
    /// Largest apparent size of a file, in bytes. 16 TiB is ext4's largest file; a hole costs its owner nothing and us
    /// a blob id for each 512 KiB, so there is a limit.
    /// </summary>
    public long MaxFileSize { get; init; } = 16L << 40;

    /// <summary>
    /// Most blobs of one file: its list of ids is held in memory and written as one piece of JSON. 4 Mi are 2 TiB of
    /// hole or about 6 TiB of data.
    /// </summary>
    public int MaxFileBlobs { get; init; } = 4 << 20;

    /// <summary>
    /// Most bytes of one directory's tree, as estimated: it is one piece of JSON, built and compressed in memory. Room for
    /// a million entries, or for two of the largest files.
    /// </summary>
    public long MaxTreeBytes { get; init; } = 512L << 20;

    /// <summary>Most directories between a target and an entry. PATH_MAX allows 2,048; by descriptor one gets further.</summary>
    public int MaxDepth { get; init; } = 4096;

    /// <summary>Most bytes of extended attributes, names and values, of one file. The kernel's bound is 64 KiB a value.</summary>
    public long MaxAttributeBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Whether a file counts as unchanged only with the change time it had. False for sources whose change times
    /// differ at every capture.
    /// </summary>
    public bool CheckChangeTime { get; init; } = true;

    /// <summary>
    /// Whether a file counts as unchanged only with the inode it had. False for file systems that number files anew at
    /// every mount.
    /// </summary>
    public bool CheckInode { get; init; } = true;

    /// <summary>
    /// Whether nodes tell the device that they lie on. False for a source that is captured anew each time and so has
    /// another: its trees stay the same, and as it is one file system, inodes alone tell files apart.
    /// </summary>
    public bool RecordDevice { get; init; } = true;

    /// <summary>
    /// Whether the source stands still. What vanishes from it then shows that the source itself is being taken away, and
    /// ends the run before it stores a snapshot of the rest.
    /// </summary>
    public bool IsStill { get; init; }

    /// <summary>How often a file is read, at most, until nobody writes to it meanwhile.</summary>
    public int ReadAttempts { get; init; } = 3;

    /// <summary>Most problems that a report lists; it counts them all.</summary>
    public int MaxListedProblems { get; init; } = 1000;
}
