using Holdfast.Engine.Images;

namespace Holdfast.Core.Sources;

/// <summary>
/// What the last backup of each volume that cannot be cloned knew of its blocks, a file each in <c>digests/</c> of the data
/// directory, for the service's eyes alone: it holds the key that makes it worth anything. It says itself of which snapshot
/// it is, and whether it is whole; a node that has none, or an old one, works more and makes the same backup.
/// </summary>
public sealed class DigestFiles(CoreOptions options)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>How the file is called while it is written.</summary>
    private const string Unfinished = ".new";

    private readonly string directory = Path.Join(options.DataDirectory, "digests");

    /// <returns>Null when there are none that can be used.</returns>
    public ImageDigests? Read(string volume)
    {
        string path = Path.Join(directory, volume);
        try
        {
            return File.Exists(path) ? ImageDigests.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Replaces what there was, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Write(string volume, ImageDigests digests)
    {
        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        string path = Path.Join(directory, volume);
        FileStreamOptions creating = new()
        {
            // A volume has one worker at a time; what one left that died is written over.
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        };
        using (FileStream stream = new(path + Unfinished, creating))
        {
            stream.Write(digests.ToBytes());
            Libc.Sync(stream.SafeFileHandle, path);
        }
        File.Move(path + Unfinished, path, overwrite: true);
        Libc.SyncDirectory(directory);
    }

    /// <summary>Removes the files of volumes that are no more.</summary>
    public async Task RemoveAsync(Func<string, Task<bool>> isThere)
    {
        foreach (string path in Directory.Exists(directory) ? Directory.GetFiles(directory) : [])
        {
            string name = Path.GetFileName(path);
            string volume = name.EndsWith(Unfinished, StringComparison.Ordinal) ? name[..^Unfinished.Length] : name;
            if (!await isThere(volume))
            {
                File.Delete(path);
            }
        }
    }
}
