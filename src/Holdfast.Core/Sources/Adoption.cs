using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Sources;

/// <summary>
/// Which existing directories may become shares: one beneath a root, on the root's file system, apart from every other
/// share, from volumes and from what is the service's own.
/// </summary>
public sealed class Adoption(Roots roots, CoreOptions options)
{
    private readonly PathsBeneath paths = new(roots, options.ShareRoots, roots.Shares, "share roots", options, Refuse);

    /// <summary>Finds the directory that an administrator names.</summary>
    /// <param name="exportPath">An absolute directory, or <c>node:</c> and one.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>, saying why not.</exception>
    public SharePlace Locate(string exportPath)
    {
        PathBeneath found = paths.Find(OnThisNode(exportPath), exportPath);
        paths.Open(found, found.Beneath).Dispose();
        return new SharePlace(found.Root.Name, found.Beneath);
    }

    /// <summary>
    /// Refuses a place that equals, contains or lies in a share, or contains a volume. Call in the transaction that adds
    /// the row.
    /// </summary>
    public async Task CheckApartAsync(ICatalogSession session, SharePlace place)
    {
        string path = roots.AbsolutePath(place.Root, place.Path);
        foreach (PathBeneath name in PathsBeneath.NamesOf(path, roots.Shares))
        {
            if (await session.Shares.AnyOverlapAsync(new SharePlace(name.Root.Name, name.Beneath)))
            {
                throw Refuse(path, "it is, contains or lies in the directory of another share");
            }
        }
        // What contains a root was refused before: a volume of one lies in the directory only if the directory lies in it.
        foreach (PathBeneath name in PathsBeneath.NamesOf(path, roots.Volumes))
        {
            IReadOnlyList<Volume> volumes = await session.Volumes.OfRootAsync(name.Root.Name);
            if (volumes.Any(volume => Paths.IsWithin(volume.Path, name.Beneath)))
            {
                throw Refuse(path, "a volume lies in it");
            }
        }
    }

    private string OnThisNode(string exportPath)
    {
        int colon = exportPath.StartsWith('/') ? 0 : exportPath.IndexOf(":/", StringComparison.Ordinal);
        return colon > 0 && exportPath[..colon] != options.Node
                ? throw ServiceError.Invalid(
                    $"'{exportPath}' names the node '{exportPath[..colon]}', and this is '{options.Node}'. Ask that node."
                )
            : colon > 0 ? exportPath[(colon + 1)..]
            : exportPath;
    }

    private static ServiceError Refuse(string path, string reason) =>
        ServiceError.Invalid($"'{path}' cannot be managed: {reason}.");
}
