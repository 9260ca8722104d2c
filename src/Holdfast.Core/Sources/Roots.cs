using System.Collections.Concurrent;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// The roots of this node, those of shares and those of volumes, each by its <see cref="RootName"/>. A root is used only
/// while what lies at its path bears its id: <see cref="KnownRoots"/> says which that is.
/// </summary>
public sealed class Roots
{
    private readonly ConcurrentDictionary<string, string> ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EngineError> doubts = new(StringComparer.Ordinal);
    private readonly Func<string, DirectoryHandle> openDirectory;
    private readonly Probes probes;
    private readonly string dataDirectory;

    /// <param name="openDirectory">In place of <see cref="DirectoryHandle.Open"/>.</param>
    public Roots(CoreOptions options, TimeProvider time, Func<string, DirectoryHandle>? openDirectory = null)
    {
        this.openDirectory = openDirectory ?? DirectoryHandle.Open;
        probes = new Probes(time);
        dataDirectory = options.DataDirectory;
        Shares = [.. options.ShareRoots.Select(root => Real(root.Name, root))];
        Volumes = [.. options.VolumeRoots.Select(root => OfVolumes(root, options.Node))];
        All = [.. Shares, .. Volumes];
    }

    public IReadOnlyList<NamedRoot> All { get; }

    public IReadOnlyList<NamedRoot> Shares { get; }

    public IReadOnlyList<NamedRoot> Volumes { get; }

    /// <summary>
    /// Whether it is a directory of devices, which the kernel fills anew at every start: it keeps no marker, and that it is
    /// there is all that is asked.
    /// </summary>
    public static bool IsOfDevices(NamedRoot root) =>
        RootName.IsOfVolumes(root.Name) && Paths.IsWithin(root.Path, "/dev");

    /// <summary>Whether it lies in the data directory, and so is ours to make; any other may be a mount that is away.</summary>
    public bool IsOwn(NamedRoot root) => Paths.IsWithin(root.Path, Paths.Canonical(dataDirectory));

    public bool IsKnown(string name) => ids.ContainsKey(name);

    /// <summary>The root's marker must bear this id.</summary>
    public void Know(string name, string id) => ids[name] = id;

    /// <summary>Why nobody knows yet which id the root bears; null when the last look found nothing wrong.</summary>
    public void CannotTell(string name, EngineError? why)
    {
        if (why is null)
        {
            doubts.TryRemove(name, out _);
        }
        else
        {
            doubts[name] = why;
        }
    }

    /// <summary>Names of the roots that can be used now.</summary>
    public async Task<IReadOnlyList<string>> UsableAsync() =>
        [.. (await LookAsync()).Where(one => one.Why is null).Select(one => one.Name)];

    /// <summary>Of each root why it cannot be used now; null when it can.</summary>
    public Task<(string Name, EngineError? Why)[]> LookAsync() =>
        Task.WhenAll(All.Select(async root => (root.Name, await WhyNotUsableAsync(root.Name))));

    /// <returns>Null when the root can be used now.</returns>
    public async Task<EngineError?> WhyNotUsableAsync(string name)
    {
        try
        {
            return await ProbeAsync(
                Find(name),
                "open",
                () =>
                {
                    Open(name).Dispose();
                    return (EngineError?)null;
                }
            );
        }
        catch (EngineError why)
        {
            return why;
        }
    }

    /// <summary>Looks at the root's disk, and waits no longer than a second.</summary>
    /// <param name="what">What the look does, which is done once at a time.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: it has not answered.</exception>
    internal async Task<T> ProbeAsync<T>(NamedRoot root, string what, Func<T> look)
    {
        try
        {
            return await probes.AskAsync($"{what} {root.Name}", look);
        }
        catch (TimeoutException)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"The {RootName.Describe(root.Name)} cannot be used: {root.Path} does not answer.",
                "See whether the server that it is mounted from is there."
            )
            {
                PublicMessage = Away(root.Name),
            };
        }
    }

    /// <summary>Opens what lies at the root's path, whatever that is.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    internal DirectoryHandle OpenDirectory(NamedRoot root) => openDirectory(root.Path);

    /// <summary>Opens a root by its name.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: a mount that is away may come back.</exception>
    public DirectoryHandle Open(string name)
    {
        NamedRoot root = Find(name);
        DirectoryHandle? directory = null;
        try
        {
            directory = OpenDirectory(root);
            if (!IsOfDevices(root))
            {
                CheckMarker(directory, root);
            }
            return directory;
        }
        catch (EngineError error)
        {
            directory?.Dispose();
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"The {RootName.Describe(name)} cannot be used: {error.Message}",
                directory is null ? $"Mount or make {root.Path}." : error.Advice,
                error
            )
            {
                PublicMessage = Away(name),
            };
        }
    }

    /// <summary>For people and export locations; files are never opened by it.</summary>
    public string AbsolutePath(string root, string path) => Path.Join(Find(root).Path, path);

    private NamedRoot OfVolumes(NamedRoot configured, string node)
    {
        NamedRoot root = Real(RootName.OfVolumes(configured.Name), configured);
        return IsOfDevices(root) ? root with { Name = RootName.OfDevices(configured.Name, node) } : root;
    }

    // Links in a root's own path are the operator's and are followed once, here. One that does not answer is known by the path
    // that it was given, so that the node can start without it.
    private NamedRoot Real(string name, NamedRoot configured)
    {
        try
        {
            return new(
                name,
                probes.AskAsync($"path {name}", () => Paths.Canonical(configured.Path)).GetAwaiter().GetResult()
            );
        }
        catch (TimeoutException)
        {
            return new(name, Path.TrimEndingDirectorySeparator(Path.GetFullPath(configured.Path)));
        }
    }

    private void CheckMarker(DirectoryHandle directory, NamedRoot root)
    {
        if (!ids.TryGetValue(root.Name, out string? id))
        {
            throw doubts.GetValueOrDefault(root.Name)
                ?? new EngineError(
                    EngineErrorKind.Files,
                    temporary: true,
                    "It has not been looked at yet.",
                    "It will be within a lease."
                );
        }
        string? found = RootMarker.Read(directory, root.Name);
        if (found != id)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                found is null
                    ? $"What lies at {root.Path} is not that root: it has no {RootMarker.Name}."
                    : $"What lies at {root.Path} is another root: its {RootMarker.Name} bears another id.",
                $"Mount the right one. If this is the right one: echo {id} > {Path.Join(root.Path, RootMarker.Name)}"
            );
        }
    }

    private NamedRoot Find(string name) =>
        All.FirstOrDefault(root => root.Name == name)
        ?? throw new EngineError(
            EngineErrorKind.Files,
            temporary: true,
            $"This node has no {RootName.Describe(name)}.",
            $"Add it to {(RootName.IsOfVolumes(name) ? "HOLDFAST_VOLUME_ROOTS" : "HOLDFAST_SHARE_ROOTS")} of a node with the "
                + "worker role."
        )
        {
            PublicMessage = Away(name),
        };

    private static string Away(string name) =>
        RootName.IsOfVolumes(name) ? "The volume's storage is away." : "The share's storage is away.";
}
