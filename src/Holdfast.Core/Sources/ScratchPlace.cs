using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// Where this node restores for trial: a directory of its own, with one drill in it at a time. What is in it at the
/// beginning was left by one that died.
/// </summary>
public sealed class ScratchPlace(CoreOptions options)
{
    private readonly string path = Path.Join(options.ScratchDirectory, options.Node);

    /// <summary>Bytes that a drill may take: whoever else needs the disk has as much left.</summary>
    public long Room => new DriveInfo(path).AvailableFreeSpace / 2;

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

    private EngineError Refusal(string why) =>
        new(
            EngineErrorKind.Files,
            temporary: true,
            $"The scratch directory {path} cannot be used ({why}).",
            "Check its owner and its disk, or name another by HOLDFAST_DRILLS__DIRECTORY."
        );
}
