using System.Security.Cryptography;

namespace Holdfast.Core.Keys;

/// <summary>
/// The file with the master key: 64 hex digits, for its owner's eyes alone. It appears under its name in whole, once, and
/// durable: of several nodes that start at the same time one makes it, and the others read what it made.
/// </summary>
internal static class MasterKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="ServiceError">It is not readable, or open to others, or not a key.</exception>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        if ((File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The master key {path} is open to others than its owner. Run: chmod 600 {path}"
            );
        }
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The master key {path} cannot be read: {error.Message}",
                error
            );
        }
    }

    /// <summary>Makes a new key, unless somebody else is faster.</summary>
    /// <returns>The key in the file: ours or the other's.</returns>
    public static byte[] Make(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        string beside = $"{path}.{Guid.NewGuid():n}.new";
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            WriteNew(beside, RandomNumberGenerator.GetHexString(2 * MasterKey.Size, lowercase: true) + "\n");
            Libc.TryLink(beside, path);
            File.Delete(beside);
            Libc.SyncDirectory(directory);
            if (Path.GetDirectoryName(directory) is { } above)
            {
                // The directory itself may be as new as the key.
                Libc.SyncDirectory(above);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The master key {path} cannot be made: {error.Message}",
                error
            );
        }
        return Read(path)!;
    }

    /// <summary>
    /// Gives the next key the name of the one in use, durably, and that one another name, if it has it not already. At no
    /// moment does the name lead to no key.
    /// </summary>
    /// <exception cref="ServiceError">The disk did not take it.</exception>
    public static void Replace(string path, string next, string former)
    {
        string directory = Path.GetDirectoryName(path)!;
        try
        {
            Libc.TryLink(path, former);
            Libc.SyncDirectory(directory);
            File.Move(next, path, overwrite: true);
            Libc.SyncDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The new master key {next} cannot be renamed to {path}: {error.Message} Run the same again.",
                error
            );
        }
    }

    /// <summary>32 bytes as they are, or 64 hex digits with white space around them.</summary>
    public static byte[] Parse(byte[] content, string origin)
    {
        if (content.Length == MasterKey.Size)
        {
            return content;
        }
        string text = System.Text.Encoding.ASCII.GetString(content).Trim();
        byte[] key = new byte[MasterKey.Size];
        return
            text.Length == 2 * MasterKey.Size
            && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done
            ? key
            : throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"{origin} is not a master key: it must hold 64 hexadecimal digits, or 32 bytes."
            );
    }

    private static void WriteNew(string path, string content)
    {
        using FileStream stream = new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            }
        );
        stream.Write(System.Text.Encoding.ASCII.GetBytes(content));
        Libc.Sync(stream.SafeFileHandle, path);
    }
}
