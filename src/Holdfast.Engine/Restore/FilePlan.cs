using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>How the bytes of a file get to its name.</summary>
internal enum FileWay
{
    /// <summary>The name is free.</summary>
    Create,

    /// <summary>The file there is its name's alone and partly right: the rest is written into it.</summary>
    InPlace,

    /// <summary>Others share the file there, or it cannot be opened: a new one is written and renamed over it.</summary>
    Beside,
}

/// <summary>A file to restore, and how far that is. Whoever changes it holds its lock, or is its only worker.</summary>
/// <param name="parent">Who made the plan holds it, until the plan's batch is done.</param>
internal sealed class FilePlan(PendingDirectory parent, Node node, bool exists)
{
    public PendingDirectory Parent { get; } = parent;

    public Place Directory => Parent.Place;

    public Node Node { get; } = node;

    /// <summary>The directory was made by this run, so that a new file in it inherits nothing.</summary>
    public bool Fresh => Parent.Fresh;

    /// <summary>A regular file has the name already.</summary>
    public bool Exists { get; } = exists;

    /// <summary>Names that the existing inode may have: all of them are restored to be this same file.</summary>
    public uint LinksAllowed { get; init; } = 1;

    /// <summary>The inode that was found to have those names; null where the name alone says which.</summary>
    public ulong? KeptInode { get; init; }

    public FileWay Way { get; set; }

    /// <summary>The name it is written under: the node's, or one beside it until the end.</summary>
    public byte[] WorkingName { get; set; } = node.Name;

    /// <summary>The sum of its blobs' lengths, in bytes.</summary>
    public long Size { get; set; }

    /// <summary>Blobs that are written, of <see cref="Size"/> bytes or fewer.</summary>
    public int Pieces { get; set; }

    /// <summary>Blobs yet to be written. Whoever takes it to zero finishes the file.</summary>
    public int Remaining;

    /// <summary>The inode that is written, once it is open; a name that leads elsewhere later is an error.</summary>
    public ulong? Inode { get; set; }

    /// <summary>It is right already, or finished.</summary>
    public bool Done { get; set; }

    /// <summary>It cannot become right, and nothing more is tried; told once.</summary>
    public bool Failed { get; set; }

    /// <summary>Some blob of it cannot be had; told once. The others are written.</summary>
    public bool Damaged { get; set; }

    public Lock Gate { get; } = new();
}
