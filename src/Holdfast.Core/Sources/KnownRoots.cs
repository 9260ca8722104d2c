using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>What is found at a root's path.</summary>
public sealed record RootLook(NamedRoot Root)
{
    public bool IsThere { get; init; }

    /// <summary>Whether the catalog knows its id.</summary>
    public bool IsKnown { get; init; }

    /// <summary>The id that it bears; null where it has none yet.</summary>
    public string? Marker { get; init; }
    public bool IsWritable { get; init; }
    public bool IsOnBtrfs { get; init; }

    /// <summary>Why it could not be used; null where it could.</summary>
    public EngineError? Why { get; init; }
}

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

    /// <summary>What <see cref="LearnAsync"/> would make of each root; none is marked, and the catalog learns nothing.</summary>
    /// <param name="hasCatalog">Whether there is a catalog to ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RootLook[]> LookAsync(bool hasCatalog, CancellationToken cancellationToken) =>
        Task.WhenAll(roots.All.Select(root => LookAsync(root, hasCatalog, cancellationToken)));

    private async Task<RootLook> LookAsync(NamedRoot root, bool hasCatalog, CancellationToken cancellationToken)
    {
        try
        {
            (string? known, IReadOnlyList<string> shares) =
                hasCatalog && !Roots.IsOfDevices(root) ? await FindAsync(root, cancellationToken) : (null, []);
            RootLook look = await roots.ProbeAsync(root, "look", () => Look(root, shares, known));
            if (known is null)
            {
                string? taken =
                    hasCatalog && look.Marker is { } marker
                        ? await catalog.ReadAsync(
                            session => TakenAsync(session, marker, Setting(root.Name)),
                            cancellationToken
                        )
                        : null;
                return taken is null ? look : throw AnothersId(root, taken);
            }
            roots.Know(root.Name, known);
            return look with { IsKnown = true, Why = await roots.WhyNotUsableAsync(root.Name) };
        }
        catch (EngineError error)
        {
            return new RootLook(root) { IsThere = true, Why = error };
        }
    }

    private RootLook Look(NamedRoot root, IReadOnlyList<string> shares, string? known)
    {
        if (!Directory.Exists(root.Path))
        {
            return new RootLook(root);
        }
        using DirectoryHandle directory = roots.OpenDirectory(root);
        return new RootLook(root)
        {
            IsThere = true,
            IsWritable = directory.IsWritable,
            IsOnBtrfs = directory.IsOnBtrfs,
            Marker = known is null && !Roots.IsOfDevices(root) ? Marker(directory, root, shares) : known,
        };
    }

    /// <returns>The setting of another root that bears the id.</returns>
    private static async Task<string?> TakenAsync(ICatalogSession session, string id, string setting)
    {
        string? taken =
            await session.Settings.NameOfAsync(OfShares, id) ?? await session.Settings.NameOfAsync(OfVolumes, id);
        return taken == setting ? null : taken;
    }

    private Task<(string? Known, IReadOnlyList<string> Shares)> FindAsync(
        NamedRoot root,
        CancellationToken cancellationToken
    ) =>
        catalog.ReadAsync(
            async session =>
                (await session.Settings.FindAsync(Setting(root.Name)), await session.Shares.MadePathsAsync(root.Name)),
            cancellationToken
        );

    /// <returns>Null while it cannot be told: the root is away.</returns>
    private async Task<string?> IdAsync(NamedRoot root, CancellationToken cancellationToken)
    {
        string setting = Setting(root.Name);
        (string? known, IReadOnlyList<string> shares) = await FindAsync(root, cancellationToken);
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
                if (await TakenAsync(session, id, setting) is { } taken)
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
        if (Marker(directory, root, shares) is { } id)
        {
            return id;
        }
        RootMarker.Make(directory, root.Name);
        return RootMarker.Read(directory, root.Name);
    }

    /// <returns>The id that it bears; null for a root that may be marked.</returns>
    /// <exception cref="EngineError">It must not be: it is another directory than the root was.</exception>
    private static string? Marker(DirectoryHandle directory, NamedRoot root, IReadOnlyList<string> shares)
    {
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
        return null;
    }

    private static bool IsThere(DirectoryHandle root, string path)
    {
        Errno errno = root.TryOpenBeneath(Encoding.UTF8.GetBytes(path), out DirectoryHandle? directory);
        directory?.Dispose();
        return errno == Errno.None;
    }
}
