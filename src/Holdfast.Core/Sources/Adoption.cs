using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// Which existing directories may become shares: one beneath a root, on the root's file system, apart from every other
/// share and from what is the service's own.
/// </summary>
public sealed class Adoption(ShareRoots roots, CoreOptions options)
{
    /// <summary>Finds the directory that an administrator names.</summary>
    /// <param name="exportPath">An absolute directory, or <c>node:</c> and one.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>, saying why not.</exception>
    public SharePlace Locate(string exportPath)
    {
        string path = OnThisNode(exportPath);
        NamedRoot root = RootOf(path);
        CheckOwn(path, root);
        string beneath = Beneath(path, root);
        if (OwnPlace.All.Append(RootMarker.Name).FirstOrDefault(place => Paths.IsWithin(beneath, place)) is { } own)
        {
            throw Refuse(path, $"'{own}' beneath a root is the service's own");
        }
        CheckDirectory(path, root, beneath);
        return new SharePlace(root.Name, beneath);
    }

    /// <summary>Refuses a place that equals, contains or lies in a share. Call in the transaction that adds the row.</summary>
    public async Task CheckApartAsync(ICatalogSession session, SharePlace place)
    {
        string path = roots.AbsolutePath(place.Root, place.Path);
        // Roots may lie in one another: the directory has a name beneath each that it lies in. None lies in it.
        foreach (NamedRoot root in roots.All.Where(root => Paths.IsWithin(path, root.Path)))
        {
            if (await session.Shares.AnyOverlapAsync(new SharePlace(root.Name, Beneath(path, root))))
            {
                throw Refuse(path, "it is, contains or lies in the directory of another share");
            }
        }
    }

    private string OnThisNode(string exportPath)
    {
        int colon = exportPath.StartsWith('/') ? 0 : exportPath.IndexOf(":/", StringComparison.Ordinal);
        if (colon > 0 && exportPath[..colon] != options.Node)
        {
            throw ServiceError.Invalid(
                $"'{exportPath}' names the node '{exportPath[..colon]}', and this is '{options.Node}'. Ask that node."
            );
        }
        string path = colon > 0 ? exportPath[(colon + 1)..] : exportPath;
        if (!path.StartsWith('/') || path.Contains('\0'))
        {
            throw ServiceError.Invalid($"'{exportPath}' is not an absolute path.");
        }
        if (path.Split('/').Contains(".."))
        {
            throw ServiceError.Invalid($"'{exportPath}' contains '..': give the path without.");
        }
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        // A root may be named by the path in the configuration, which may lead through links.
        foreach ((NamedRoot given, NamedRoot real) in options.ShareRoots.Zip(roots.All))
        {
            string named = Path.TrimEndingDirectorySeparator(Path.GetFullPath(given.Path));
            if (named != real.Path && Paths.IsWithin(full, named))
            {
                return Path.TrimEndingDirectorySeparator(real.Path + full[named.Length..]);
            }
        }
        return full;
    }

    /// <summary>The deepest root above the path: roots may lie in one another.</summary>
    private NamedRoot RootOf(string path)
    {
        if (roots.All.Any(root => Paths.IsWithin(root.Path, path)))
        {
            throw Refuse(path, "it is, or contains, a share root");
        }
        return roots.All.Where(root => Paths.IsWithin(path, root.Path)).MaxBy(root => root.Path.Length)
            ?? throw Refuse(
                path,
                $"it lies beneath none of the share roots ({string.Join(", ", roots.All.Select(root => root.Path))})"
            );
    }

    private static string Beneath(string path, NamedRoot root) => path[(root.Path == "/" ? 1 : root.Path.Length + 1)..];

    private void CheckOwn(string path, NamedRoot root)
    {
        string data = Paths.Canonical(options.DataDirectory);
        bool inData = Paths.IsWithin(path, data) && !Paths.IsWithin(root.Path, data);
        if (inData || Paths.IsWithin(data, path))
        {
            throw Refuse(path, $"it is, contains or lies in the service's data directory {data}");
        }
        foreach (string directory in options.OwnDirectories)
        {
            if (Paths.Overlap(path, Paths.Canonical(directory)))
            {
                throw Refuse(
                    path,
                    $"it is, contains or lies in {directory}, which the service keeps its own things in"
                );
            }
        }
    }

    private void CheckDirectory(string path, NamedRoot root, string beneath)
    {
        try
        {
            using DirectoryHandle from = roots.Open(root.Name);
            Errno errno = from.TryOpenBeneath(Encoding.UTF8.GetBytes(beneath), out DirectoryHandle? directory);
            using (directory)
            {
                if (errno != Errno.None)
                {
                    throw Refuse(path, Reason(errno));
                }
            }
        }
        catch (EngineError error)
        {
            throw new ServiceError(ServiceErrorKind.Unavailable, error.Message, error);
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

    private static ServiceError Refuse(string path, string reason) =>
        ServiceError.Invalid($"'{path}' cannot be managed: {reason}.");
}
