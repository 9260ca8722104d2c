using System.Text;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>A directory found beneath a root: the root's name and the path from there.</summary>
public sealed record SharePlace(string Root, string Path);

/// <summary>The share roots of this node, and the way to every share's directory.</summary>
public sealed class ShareRoots
{
    private readonly Roots roots;

    public ShareRoots(Roots roots)
    {
        if (roots.Shares.Count == 0)
        {
            throw new ArgumentException("There is no share root.", nameof(roots));
        }
        this.roots = roots;
    }

    public IReadOnlyList<NamedRoot> All => roots.Shares;

    /// <summary>Where new shares are made.</summary>
    public string Default => All[0].Name;

    /// <inheritdoc cref="Roots.Open"/>
    public DirectoryHandle Open(string name) => roots.Open(name);

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

    /// <inheritdoc cref="Roots.AbsolutePath"/>
    public string AbsolutePath(string root, string path) => roots.AbsolutePath(root, path);

    /// <summary>The one export location of a share that the node has made or adopted.</summary>
    public ExportLocation LocationOf(Share share, string node, DateTimeOffset now) =>
        new(
            Guid.NewGuid().ToString(),
            share.Id,
            $"{node}:{AbsolutePath(share.Root, share.Path)}",
            Preferred: true,
            now
        );
}
