using System.Collections.Concurrent;
using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>A directory found beneath a root: the root's name and the path from there.</summary>
public sealed record SharePlace(string Root, string Path);

/// <summary>
/// The share roots of this node, and the way to every share's directory. A root is used only while what lies at its path
/// bears its id: <see cref="KnownRoots"/> says which that is.
/// </summary>
public sealed class ShareRoots
{
    private readonly IReadOnlyList<NamedRoot> roots;
    private readonly ConcurrentDictionary<string, string> ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EngineError> doubts = new(StringComparer.Ordinal);

    public ShareRoots(CoreOptions options)
    {
        if (options.ShareRoots.Count == 0)
        {
            throw new ArgumentException("There is no share root.", nameof(options));
        }
        roots = [.. options.ShareRoots.Select(root => root with { Path = Paths.Canonical(root.Path) })];
    }

    /// <summary>Links in a root's own path are the operator's and are followed once, here.</summary>
    public IReadOnlyList<NamedRoot> All => roots;

    /// <summary>Where new shares are made.</summary>
    public string Default => roots[0].Name;

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
    public IReadOnlyList<string> Usable() =>
        [.. roots.Select(root => root.Name).Where(name => WhyNotUsable(name) is null)];

    /// <returns>Null when the root can be used now.</returns>
    public EngineError? WhyNotUsable(string name)
    {
        try
        {
            Open(name).Dispose();
            return null;
        }
        catch (EngineError why)
        {
            return why;
        }
    }

    /// <summary>Opens a root by its name.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: a mount that is away may come back.</exception>
    public DirectoryHandle Open(string name)
    {
        string path = PathOf(name);
        DirectoryHandle? root = null;
        try
        {
            root = DirectoryHandle.Open(path);
            CheckMarker(root, name, path);
            return root;
        }
        catch (EngineError error)
        {
            root?.Dispose();
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"The share root '{name}' cannot be used: {error.Message}",
                root is null ? $"Mount or make {path}." : error.Advice,
                error
            )
            {
                PublicMessage = Away,
            };
        }
    }

    /// <summary>Opens the share's directory from its root.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public DirectoryHandle OpenShare(Share share)
    {
        using DirectoryHandle root = Open(share.Root);
        Errno errno = root.TryOpenBeneath(Encoding.UTF8.GetBytes(share.Path), out DirectoryHandle? directory);
        return errno == Errno.None
            ? directory!
            : throw errno.ToError(
                $"The directory of share {share.Id} ({AbsolutePath(share.Root, share.Path)}) cannot be opened",
                "Put the directory back; a symbolic link or a mount in its place is refused.",
                publicly: $"The directory of share {share.Id} cannot be opened"
            );
    }

    /// <summary>
    /// Makes a share's directory right beneath its root: a subvolume where there are any, so that it can be captured.
    /// <see cref="Errno.EEXIST"/> when the name is taken.
    /// </summary>
    public static Errno TryMakeShare(DirectoryHandle root, ReadOnlySpan<byte> name) =>
        root.IsOnBtrfs ? root.TryMakeSubvolume(name) : root.TryMakeDirectory(name);

    /// <summary>For people and export locations; files are never opened by it.</summary>
    public string AbsolutePath(string root, string path) => Path.Join(PathOf(root), path);

    /// <summary>The one export location of a share that the node has made or adopted.</summary>
    public ExportLocation LocationOf(Share share, string node, DateTimeOffset now) =>
        new(
            Guid.NewGuid().ToString(),
            share.Id,
            $"{node}:{AbsolutePath(share.Root, share.Path)}",
            Preferred: true,
            now
        );

    private void CheckMarker(DirectoryHandle root, string name, string path)
    {
        if (!ids.TryGetValue(name, out string? id))
        {
            throw doubts.GetValueOrDefault(name)
                ?? new EngineError(
                    EngineErrorKind.Files,
                    temporary: true,
                    "It has not been looked at yet.",
                    "It will be within a lease."
                );
        }
        string? found = RootMarker.Read(root, name);
        if (found != id)
        {
            throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                found is null
                    ? $"What lies at {path} is not that root: it has no {RootMarker.Name}."
                    : $"What lies at {path} is another root: its {RootMarker.Name} bears another id.",
                $"Mount the right one. If this is the right one: echo {id} > {Path.Join(path, RootMarker.Name)}"
            );
        }
    }

    private string PathOf(string name) =>
        roots.FirstOrDefault(root => root.Name == name)?.Path
        ?? throw new EngineError(
            EngineErrorKind.Files,
            temporary: true,
            $"This node has no share root '{name}'.",
            "Add it to HOLDFAST_SHARE_ROOTS of a node with the worker role."
        )
        {
            PublicMessage = Away,
        };

    private const string Away = "The share's storage is away.";
}
