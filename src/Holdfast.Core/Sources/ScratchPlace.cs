using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// Where this node restores for trial: a directory of its own, with one drill in it at a time. What is in it at the
/// beginning was left by one that died.
/// </summary>
public sealed class ScratchPlace
{
    private readonly string path;

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>: it is, contains or lies in what is not its own.</exception>
    public ScratchPlace(CoreOptions options, Roots roots)
    {
        path = Path.Join(Paths.Canonical(options.ScratchDirectory), $"holdfast-drills-{options.Node}");
        string data = Paths.Canonical(options.DataDirectory);
        foreach (NamedRoot root in roots.All)
        {
            // A root may have the data directory beneath it, in which no share ever lies.
            bool inData = Paths.IsWithin(path, data) && Paths.IsWithin(data, root.Path);
            if (Paths.Overlap(path, root.Path) && !inData)
            {
                throw Misplaced($"{RootName.Describe(root.Name)}, {root.Path}");
            }
        }
        foreach (string directory in options.OwnDirectories)
        {
            if (Paths.Overlap(path, Paths.Canonical(directory)))
            {
                throw Misplaced($"store, {directory}");
            }
        }
    }

    /// <summary>For tests: in place of what the disk says.</summary>
    internal Func<FreeSpace>? FreeSpace { get; set; }

    /// <summary>What is left of its disk.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: nobody can tell.</exception>
    public FreeSpace ReadFreeSpace(DirectoryHandle place)
    {
        if (FreeSpace is not null)
        {
            return FreeSpace();
        }
        Errno errno = place.TryReadFreeSpace(out FreeSpace free);
        return errno == Errno.None ? free : throw Refusal(errno.Describe());
    }

    /// <summary>Opens it, empty; nobody but the service reads in it.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: it cannot be made or emptied.</exception>
    public DirectoryHandle Open(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refusal(error.Message);
        }
        Empty(cancellationToken);
        return DirectoryHandle.Open(path);
    }

    /// <inheritdoc cref="Open"/>
    public void Empty(CancellationToken cancellationToken)
    {
        using DirectoryHandle place = DirectoryHandle.Open(path);
        List<DirectoryEntry> entries = [];
        Errno errno = place.TryReadEntries(entries);
        using DirectoryPool pool = DirectoryPool.Beneath(place, acrossSubvolumes: true);
        string? stayed = errno == Errno.None ? null : errno.Describe();
        TreeRemoval removal = new(pool, (at, name, why) => stayed ??= $"{at.PathOf(name)}: {why.Describe()}");
        foreach (DirectoryEntry entry in entries)
        {
            removal.Remove(pool.Root, entry, cancellationToken);
        }
        if (stayed is not null)
        {
            throw Refusal(stayed);
        }
    }

    private EngineError Misplaced(string what) =>
        new(
            EngineErrorKind.Invalid,
            temporary: false,
            $"The scratch directory {path}, which is emptied before every drill, is, contains or lies in the {what}.",
            "Set HOLDFAST_DRILLS__DIRECTORY to a directory apart from shares, volumes and the store."
        );

    private EngineError Refusal(string why) =>
        new(
            EngineErrorKind.Files,
            temporary: true,
            $"The scratch directory {path} cannot be used ({why}).",
            "Check its owner and its disk, or name another by HOLDFAST_DRILLS__DIRECTORY."
        );
}
