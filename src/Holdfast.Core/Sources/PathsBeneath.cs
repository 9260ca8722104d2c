using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>An existing path of an administrator's choice, beneath a root of this node.</summary>
/// <param name="Path">Absolute, without links.</param>
/// <param name="Beneath">The same from the root.</param>
internal sealed record PathBeneath(NamedRoot Root, string Path, string Beneath);

/// <summary>
/// Finds what an administrator names by an absolute path beneath the roots of one kind, and keeps off the roots themselves
/// and what is the service's own.
/// </summary>
/// <param name="given">The roots as they are configured.</param>
/// <param name="kept">The same as this node has them.</param>
/// <param name="kind">What they are called: <c>share roots</c>.</param>
/// <param name="refuse">Makes the refusal of a path, from the reason.</param>
internal sealed class PathsBeneath(
    Roots roots,
    IReadOnlyList<NamedRoot> given,
    IReadOnlyList<NamedRoot> kept,
    string kind,
    CoreOptions options,
    Func<string, string, ServiceError> refuse
)
{
    // Bytes. An entry of PostgreSQL's index of roots and paths may have 2,700.
    private const int LongestBeneath = 1024;

    /// <param name="text">The path.</param>
    /// <param name="said">The same as the administrator wrote it.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>, saying why not.</exception>
    public PathBeneath Find(string text, string said)
    {
        string path = Normal(text, said);
        NamedRoot root = RootOf(path);
        CheckOwn(path, root);
        foreach (NamedRoot one in roots.All.Where(one => Paths.IsWithin(path, one.Path)))
        {
            string beneath = Beneath(path, one);
            if (OwnPlace.All.Append(RootMarker.Name).FirstOrDefault(place => Paths.IsWithin(beneath, place)) is { } own)
            {
                throw refuse(path, $"'{own}' beneath a root is the service's own");
            }
        }
        PathBeneath found = new(root, path, Beneath(path, root));
        return Encoding.UTF8.GetByteCount(found.Beneath) <= LongestBeneath
            ? found
            : throw refuse(path, $"its path beneath the root has more than {LongestBeneath} bytes");
    }

    /// <summary>Roots may lie in one another: a path has a name beneath each root that it lies in.</summary>
    public static IEnumerable<PathBeneath> NamesOf(string path, IEnumerable<NamedRoot> roots) =>
        roots
            .Where(root => path != root.Path && Paths.IsWithin(path, root.Path))
            .Select(root => new PathBeneath(root, path, Beneath(path, root)));

    /// <summary>Opens a directory beneath the root of what was found.</summary>
    /// <param name="beneath">Empty: the root itself.</param>
    /// <exception cref="ServiceError">It cannot be opened, or the root cannot be used now.</exception>
    public DirectoryHandle Open(PathBeneath found, string beneath)
    {
        try
        {
            using DirectoryHandle from = roots.Open(found.Root.Name);
            Errno errno = from.TryOpenBeneath(Encoding.UTF8.GetBytes(beneath), out DirectoryHandle? directory);
            return errno == Errno.None ? directory! : throw refuse(found.Path, Reason(errno));
        }
        catch (EngineError error)
        {
            throw new ServiceError(ServiceErrorKind.Unavailable, error.Message, error);
        }
    }

    private string Normal(string path, string said)
    {
        if (!path.StartsWith('/') || path.Contains('\0'))
        {
            throw ServiceError.Invalid($"'{said}' is not an absolute path.");
        }
        if (path.Split('/').Contains(".."))
        {
            throw ServiceError.Invalid($"'{said}' contains '..': give the path without.");
        }
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        // A root may be named by the path in the configuration, which may lead through links.
        foreach ((NamedRoot configured, NamedRoot real) in given.Zip(kept))
        {
            string named = Path.TrimEndingDirectorySeparator(Path.GetFullPath(configured.Path));
            if (named != real.Path && Paths.IsWithin(full, named))
            {
                return Path.TrimEndingDirectorySeparator(real.Path + full[named.Length..]);
            }
        }
        return full;
    }

    /// <summary>The deepest root above the path.</summary>
    private NamedRoot RootOf(string path)
    {
        if (roots.All.Where(root => Paths.IsWithin(root.Path, path)).MinBy(root => root.Path.Length) is { } within)
        {
            string what = RootName.IsOfVolumes(within.Name) ? "volume root" : "share root";
            throw refuse(path, $"it is, or contains, a {what}");
        }
        return kept.Where(root => Paths.IsWithin(path, root.Path)).MaxBy(root => root.Path.Length)
            ?? throw refuse(
                path,
                $"it lies beneath none of the {kind} ({string.Join(", ", kept.Select(root => root.Path))})"
            );
    }

    private static string Beneath(string path, NamedRoot root) => path[(root.Path == "/" ? 1 : root.Path.Length + 1)..];

    private void CheckOwn(string path, NamedRoot root)
    {
        string data = Paths.Canonical(options.DataDirectory);
        bool inData = Paths.IsWithin(path, data) && !Paths.IsWithin(root.Path, data);
        if (inData || Paths.IsWithin(data, path))
        {
            throw refuse(path, $"it is, contains or lies in the service's data directory {data}");
        }
        foreach (string directory in options.OwnDirectories.Append(options.ScratchDirectory))
        {
            if (Paths.Overlap(path, Paths.Canonical(directory)))
            {
                throw refuse(
                    path,
                    $"it is, contains or lies in {directory}, which the service keeps its own things in"
                );
            }
        }
    }

    private static string Reason(Errno errno) =>
        errno switch
        {
            Errno.ENOENT => "there is no such directory",
            Errno.ENOTDIR => "it is not a directory; of a symbolic link, give the path it leads to",
            Errno.ELOOP => "a symbolic link is on the way; give the path it leads to",
            Errno.EXDEV => "it is on another file system than its root; make that a root of its own",
            _ => $"it cannot be opened: {errno.Describe()}",
        };
}
