using System.Text;
using Holdfast.Engine.Files;

namespace Holdfast.Engine.Backup;

/// <summary>
/// What is backed up, under which names: a skeleton of directories that leads to the targets. Its directories are the
/// operator's choice, and are opened, through links and mounts, when the source is made; whatever is beneath a target is
/// the tenant's and is only reached from the target's descriptor. Disposing closes the descriptors.
/// </summary>
public sealed class BackupSource : IDisposable
{
    private readonly List<DirectoryHandle> handles = [];

    private BackupSource() { }

    internal SourceDirectory Root { get; private init; } = new([]);

    /// <summary>The snapshot's paths when nobody says otherwise: the targets' absolute paths.</summary>
    public IReadOnlyList<string> Paths { get; private init; } = [];

    /// <summary>One directory that appears in the snapshot's root under the name, wherever it was captured from.</summary>
    /// <param name="directory">Owned by the source from here on.</param>
    public static BackupSource Single(string name, DirectoryHandle directory)
    {
        var source = new BackupSource { Paths = ["/" + name] };
        source.handles.Add(directory);
        source.Root.Child(Encoding.UTF8.GetBytes(name)).Handle = directory;
        source.Root.Child(Encoding.UTF8.GetBytes(name)).IsTarget = true;
        return source;
    }

    /// <summary>
    /// Directories and files under their own absolute paths, as restic stores them: a directory for each element, with
    /// the metadata it has. A target within another one is part of that.
    /// </summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>: a target cannot be opened.</exception>
    public static BackupSource FromPaths(IEnumerable<string> paths)
    {
        string[] targets = [.. paths.Select(Path.GetFullPath).Select(TrimEnd).Distinct().Order(StringComparer.Ordinal)];
        var source = new BackupSource { Paths = targets };
        try
        {
            foreach (string target in targets)
            {
                source.AddTarget(target);
            }
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (DirectoryHandle handle in handles)
        {
            handle.Dispose();
        }
    }

    private static string TrimEnd(string path) => path.Length == 1 ? path : path.TrimEnd('/');

    private void AddTarget(string path)
    {
        SourceDirectory directory = Root;
        string opened = "/";
        OpenOnce(directory, opened);
        string[] elements = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int index = 0; index < elements.Length; index++)
        {
            byte[] name = Encoding.UTF8.GetBytes(elements[index]);
            opened = Path.Join(opened, elements[index]);
            if (index == elements.Length - 1 && !IsDirectory(directory, name, opened))
            {
                directory.Files.Add(name);
                return;
            }
            directory = directory.Child(name);
            OpenOnce(directory, opened);
        }
        directory.IsTarget = true;
    }

    private static bool IsDirectory(SourceDirectory parent, byte[] name, string path)
    {
        Errno errno = parent.Handle!.TryStat(name, out FileStatus status);
        return errno != Errno.None
            ? throw errno.ToError($"'{path}' cannot be backed up", "Check that it exists and may be read.")
            : status.Type == FileType.Directory;
    }

    private void OpenOnce(SourceDirectory directory, string path)
    {
        if (directory.Handle is null)
        {
            directory.Handle = DirectoryHandle.Open(path);
            handles.Add(directory.Handle);
        }
    }
}

/// <summary>A directory of the skeleton: a target, taken whole, or one of which only the named entries are taken.</summary>
internal sealed class SourceDirectory(byte[] name)
{
    public byte[] Name { get; } = name;

    /// <summary>Null only for a root that exists in the snapshot alone.</summary>
    public DirectoryHandle? Handle { get; set; }
    public bool IsTarget { get; set; }
    public List<SourceDirectory> Children { get; } = [];
    public List<byte[]> Files { get; } = [];

    public SourceDirectory Child(byte[] name)
    {
        SourceDirectory? child = Children.Find(known => known.Name.AsSpan().SequenceEqual(name));
        if (child is null)
        {
            child = new SourceDirectory(name);
            Children.Add(child);
        }
        return child;
    }
}
