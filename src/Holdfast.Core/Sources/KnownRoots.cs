using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// Which root bears which id: the catalog remembers what the marker said when the root was first used. A marker is made
/// only for a root that the catalog does not know, and never again.
/// </summary>
public sealed class KnownRoots(ICatalog catalog, Roots roots)
{
    private const string OfShares = "share_root:";
    private const string OfVolumes = "volume_root:";

    /// <summary>Learns the ids of roots not known yet, as far as they can be told now; may be asked any number of times.</summary>
    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        foreach (NamedRoot root in roots.All.Where(root => !roots.IsKnown(root.Name) && !Roots.IsOfDevices(root)))
        {
            try
            {
                if (await IdAsync(root, cancellationToken) is { } id)
                {
                    roots.Know(root.Name, id);
                }
                // What was wrong when it was looked at before may not be any more.
                roots.CannotTell(root.Name, null);
            }
            catch (EngineError error)
            {
                roots.CannotTell(root.Name, error);
            }
        }
    }

    /// <returns>Null while it cannot be told: the root is away.</returns>
    private async Task<string?> IdAsync(NamedRoot root, CancellationToken cancellationToken)
    {
        string setting = Setting(root.Name);
        (string? known, IReadOnlyList<string> shares) = await catalog.ReadAsync(
            async session =>
                (await session.Settings.FindAsync(setting), await session.Shares.MadePathsAsync(root.Name)),
            cancellationToken
        );
        if (known is not null)
        {
            return known;
        }
        if (await roots.ProbeAsync(root, "mark", () => Marked(root, shares)) is not { } id)
        {
            return null;
        }
        // The marker first: a catalog that knew an id which no marker bears would refuse the root.
        return await catalog.WriteAsync(
            async session =>
            {
                string? taken =
                    await session.Settings.NameOfAsync(OfShares, id)
                    ?? await session.Settings.NameOfAsync(OfVolumes, id);
                if (taken is not null && taken != setting)
                {
                    throw AnothersId(root, taken);
                }
                await session.Settings.TryAddAsync(setting, id);
                return await session.Settings.FindAsync(setting);
            },
            cancellationToken
        );
    }

    private static string Setting(string root) =>
        RootName.IsOfVolumes(root) ? OfVolumes + RootName.Configured(root) : OfShares + root;

    /// <param name="setting">Of the root that has it.</param>
    private static EngineError AnothersId(NamedRoot root, string setting)
    {
        string other = setting[(setting.IndexOf(':') + 1)..];
        bool ofVolumes = setting.StartsWith(OfVolumes, StringComparison.Ordinal);
        string described = RootName.Describe(ofVolumes ? RootName.OfVolumes(other) : other);
        return new EngineError(
            EngineErrorKind.Files,
            temporary: true,
            $"What lies at {root.Path} bears the id of the {described}.",
            ofVolumes == RootName.IsOfVolumes(root.Name)
                ? $"If it is that root, call it '{other}'. If it is a copy of it: rm {Path.Join(root.Path, RootMarker.Name)}"
                : "A directory holds shares or volumes: give this root one of its own."
        );
    }

    /// <param name="shares">Paths beneath the root of shares that were made or adopted there.</param>
    private string? Marked(NamedRoot root, IReadOnlyList<string> shares)
    {
        if (!Directory.Exists(root.Path))
        {
            return null;
        }
        using DirectoryHandle directory = roots.OpenDirectory(root);
        if (RootMarker.Read(directory, root.Name) is { } id)
        {
            return id;
        }
        // From before there were markers: its shares show that it is the root.
        if (shares.Count > 0 && !shares.Any(share => IsThere(directory, share)))
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"none of its shares is there. Mount it; if they are lost for good, write any one word into "
                    + $"{Path.Join(root.Path, RootMarker.Name)}"
            );
        }
        RootMarker.Make(directory, root.Name);
        return RootMarker.Read(directory, root.Name);
    }

    private static bool IsThere(DirectoryHandle root, string path)
    {
        Errno errno = root.TryOpenBeneath(Encoding.UTF8.GetBytes(path), out DirectoryHandle? directory);
        directory?.Dispose();
        return errno == Errno.None;
    }
}
