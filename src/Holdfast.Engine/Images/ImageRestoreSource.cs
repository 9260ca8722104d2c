using Holdfast.Engine.Browse;
using Holdfast.Engine.Files;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Images;

/// <summary>The file of a snapshot that holds a volume's bytes.</summary>
/// <param name="Path">From the snapshot's root, for people to read.</param>
/// <param name="File">A regular file's node.</param>
public sealed record ImageRestoreSource(string Path, Node File)
{
    /// <summary>Bytes that the backup holds, and a target must have room for.</summary>
    public long Size => checked((long)File.Size);

    /// <summary>Finds it where <see cref="ImageLayout"/> says. The index must be loaded.</summary>
    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.Invalid"/> when the snapshot is of something else; <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public static async Task<ImageRestoreSource> FindAsync(
        Repository repository,
        Snapshot snapshot,
        CancellationToken cancellationToken
    )
    {
        var browser = new TreeBrowser(repository);
        IReadOnlyList<Node> root = await browser.ReadAsync(snapshot.Tree, cancellationToken);
        if (root is [{ Type: NodeType.Dir, Subtree: { } tree } volume])
        {
            IReadOnlyList<Node> entries = await browser.ReadAsync(tree, cancellationToken);
            Node? file = entries.FirstOrDefault(node => node.Name.AsSpan().SequenceEqual(ImageLayout.FileNameBytes));
            if (file is { Type: NodeType.File, Size: <= long.MaxValue })
            {
                return new ImageRestoreSource(new Place(Place.Root(), volume.Name).PathOf(file.Name), file);
            }
        }
        throw new EngineError(
            EngineErrorKind.Invalid,
            temporary: false,
            $"Snapshot {snapshot.Id} is not of a volume: it has no directory with one file '{ImageLayout.FileName}'.",
            "Restore it as a tree."
        );
    }
}
