namespace Holdfast.Engine.Restore;

/// <summary>How a tree is put back.</summary>
public sealed record RestoreOptions
{
    /// <summary>Remove what the backup does not have. A share is restored so; restic's <c>restore</c> is not by default.</summary>
    public bool Exact { get; init; } = true;

    /// <summary>
    /// Leave out what gives its owner power over the machine: device nodes, set-id bits, security.* and trusted.*
    /// attributes. For a restore into another project's share.
    /// </summary>
    public bool DropPrivileges { get; init; }

    /// <summary>
    /// The target is what the backup was taken of: where the backup has recorded no device, an existing file's is taken for
    /// the right one.
    /// </summary>
    public bool OverSource { get; init; }

    /// <summary>
    /// Read every existing file. Otherwise one is taken as it stands when its device, inode, size, modification and
    /// change time are those of the backup: the rule by which a backup calls a file unchanged, and beyond what the
    /// owner of a file can forge.
    /// </summary>
    public bool ReadUnchanged { get; init; }

    /// <summary>Read what is there from the disk, and not what the kernel has of it in memory.</summary>
    public bool PastCache { get; init; }

    /// <summary>Read every file again once it is written.</summary>
    public bool Verify { get; init; }

    /// <summary>CPU-bound workers.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
}
