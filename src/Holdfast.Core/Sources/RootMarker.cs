using System.Security.Cryptography;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// The file in a root that says which root it is. Where a mount is away an empty directory stands in its place; it has
/// no marker, so that nothing takes it for the root.
/// </summary>
internal static class RootMarker
{
    public const string Name = ".holdfast-root";

    private const int LongestId = 128;

    private static readonly byte[] NameBytes = Encoding.UTF8.GetBytes(Name);

    /// <returns>The root's id; null when it has no marker.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: something is there that is none.</exception>
    public static string? Read(DirectoryHandle root, string rootName)
    {
        Errno errno = root.TryOpenFile(NameBytes, out FileHandle? file);
        if (errno == Errno.ENOENT)
        {
            return null;
        }
        using (file)
        {
            Span<byte> bytes = stackalloc byte[LongestId + 1];
            int length = 0;
            errno = errno == Errno.None ? file!.TryRead(0, bytes, out length) : errno;
            if (errno != Errno.None)
            {
                throw errno.ToError(
                    $"The file '{Name}' of {RootName.Describe(rootName)} cannot be read",
                    "Check the root's disk."
                );
            }
            string id = Encoding.UTF8.GetString(bytes[..length]).Trim();
            return id.Length is > 0 and <= LongestId
                ? id
                : throw new EngineError(
                    EngineErrorKind.Files,
                    temporary: true,
                    $"The file '{Name}' of {RootName.Describe(rootName)} does not hold a root's id."
                );
        }
    }

    /// <summary>Makes a marker with a new id, whole and durable or not at all; one that is there already stays.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static void Make(DirectoryHandle root, string rootName)
    {
        byte[] beside = Encoding.UTF8.GetBytes($"{Name}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        Errno errno = root.TryCreateFile(beside, out WritableFile? file);
        using (file)
        {
            errno = errno == Errno.None ? file!.TryWrite(0, Encoding.UTF8.GetBytes($"{Guid.NewGuid()}\n")) : errno;
            errno = errno == Errno.None ? root.TrySyncFileSystem() : errno;
        }
        errno = errno == Errno.None ? root.TryLink(NameBytes, root, beside) : errno;
        if (errno is Errno.EPERM or Errno.EOPNOTSUPP)
        {
            // A file system without links.
            errno = root.TryRename(beside, NameBytes);
        }
        _ = root.TryUnlink(beside);
        errno = errno == Errno.None ? root.TrySyncFileSystem() : errno;
        if (errno is not (Errno.None or Errno.EEXIST))
        {
            throw errno.ToError(
                $"The file '{Name}' of {RootName.Describe(rootName)} cannot be made",
                "Check that the root is writable and has space."
            );
        }
    }
}
