using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>The directories beneath every root that are the service's own: never shares, and nobody's way leads there.</summary>
public static class OwnPlace
{
    /// <summary>Where removed shares wait for their end.</summary>
    public const string Trash = "trash";

    /// <summary>What claims hold still or have not finished, each named after its claim.</summary>
    public const string Captures = "captures";

    /// <summary>Share snapshots, each named after its row.</summary>
    public const string Snapshots = "snapshots";

    public static readonly IReadOnlyList<string> All = [Trash, Captures, Snapshots];

    /// <summary>Opens it, and makes it where it is missing.</summary>
    /// <param name="root">The root, named <paramref name="rootName"/>.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryHandle Make(DirectoryHandle root, string rootName, string place)
    {
        Errno errno = root.TryMakeDirectory(Encoding.UTF8.GetBytes(place));
        return errno is Errno.None or Errno.EEXIST
            ? Find(root, rootName, place)!
            : throw errno.ToError(
                $"The directory '{place}' of share root '{rootName}' cannot be made",
                "Check the root's space."
            );
    }

    /// <returns>Null when the root has none.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryHandle? Find(DirectoryHandle root, string rootName, string place)
    {
        Errno errno = root.TryOpenDirectory(Encoding.UTF8.GetBytes(place), out DirectoryHandle? found);
        return errno is Errno.None or Errno.ENOENT
            ? found
            : throw errno.ToError(
                $"The directory '{place}' of share root '{rootName}' cannot be opened",
                "It must be a directory of the root's own, not a link or a mount."
            );
    }
}
