using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>The directories beneath every root that are the service's own: never shares or volumes, and nobody's way leads there.</summary>
public static class OwnPlace
{
    /// <summary>Where removed shares and volumes wait for their end.</summary>
    public const string Trash = "trash";

    /// <summary>What claims hold still or have not finished, each named after its claim.</summary>
    public const string Captures = "captures";

    /// <summary>Share snapshots, each named after its row.</summary>
    public const string Snapshots = "snapshots";

    /// <summary>What volumes' last backups were read from, each named after its volume and the backup's snapshot.</summary>
    public const string Kept = "kept";

    public static readonly IReadOnlyList<string> All = [Trash, Captures, Snapshots, Kept];

    /// <summary>Opens it, and makes it where it is missing.</summary>
    /// <param name="root">The root, named <paramref name="rootName"/>.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryHandle Make(DirectoryHandle root, string rootName, string place)
    {
        Errno errno = TryMake(root, rootName, place, out DirectoryHandle? made);
        return made
            ?? throw errno.ToError(
                $"The directory '{place}' of {RootName.Describe(rootName)} cannot be made",
                "Check the root's space."
            );
    }

    /// <summary>The same where it is no error that it cannot be made.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: what is there cannot be used.</exception>
    public static Errno TryMake(DirectoryHandle root, string rootName, string place, out DirectoryHandle? made)
    {
        made = Find(root, rootName, place);
        Errno errno = made is null ? root.TryMakeDirectory(Encoding.UTF8.GetBytes(place)) : Errno.None;
        if (errno is Errno.None or Errno.EEXIST)
        {
            made ??= Find(root, rootName, place);
        }
        return errno;
    }

    /// <returns>Null when the root has none.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryHandle? Find(DirectoryHandle root, string rootName, string place)
    {
        Errno errno = root.TryOpenDirectory(Encoding.UTF8.GetBytes(place), out DirectoryHandle? found);
        if (errno is not (Errno.None or Errno.ENOENT))
        {
            throw errno.ToError(
                $"The directory '{place}' of {RootName.Describe(rootName)} cannot be opened",
                "It must be a directory of the root's own, not a link or a mount."
            );
        }
        if (found is not null && !IsClosed(found))
        {
            found.Dispose();
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: false,
                $"The directory '{place}' of {RootName.Describe(rootName)} is not the service's own.",
                "Others could read or change what the service keeps there. Move it away."
            );
        }
        return found;
    }

    /// <summary>Whether it is ours, and nobody's way leads into it; an open one of ours is closed.</summary>
    private static bool IsClosed(DirectoryHandle place) =>
        place.IsOwn
        && place.TryStat(out FileStatus status) == Errno.None
        && ((status.Mode & 0xFFF) == Closed || place.TryChangeMode(Closed) == Errno.None);

    /// <summary>0700.</summary>
    private const uint Closed = 0x1C0;
}
