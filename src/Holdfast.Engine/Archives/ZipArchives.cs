using System.IO.Compression;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>
/// A part of a backup as a zip, for people whose tools know no tar: directories, files and symbolic links with their modes and
/// times to two seconds. Names that are not UTF-8 are written as <see cref="EntryText"/> has them.
/// </summary>
public sealed class ZipArchives(Repository repository)
{
    private const int HighHalf = 16;

    // What the format's dates can say.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    /// <inheritdoc cref="TarArchive.WriteAsync"/>
    public async Task WriteAsync(IAsyncEnumerable<BrowseEntry> entries, Stream to, CancellationToken cancellationToken)
    {
        await using HeldWrites written = new(to);
        ZipArchive zip = await ZipArchive.CreateAsync(
            written,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellationToken
        );
        await foreach (BrowseEntry entry in entries.WithCancellation(cancellationToken))
        {
            await AddAsync(zip, entry, cancellationToken);
            await written.FlushAsync(cancellationToken);
        }
        // The list of entries, without which it is no zip: where one failed there is none.
        await zip.DisposeAsync();
        await written.FlushAsync(cancellationToken);
    }

    private async Task AddAsync(ZipArchive zip, BrowseEntry entry, CancellationToken cancellationToken)
    {
        Node node = entry.Node;
        if (node.Type is not (NodeType.Dir or NodeType.File or NodeType.Symlink))
        {
            return;
        }
        string name = EntryText.Of(entry.Path.AsSpan(1)) + (node.Type == NodeType.Dir ? "/" : "");
        ZipArchiveEntry added = zip.CreateEntry(name, CompressionLevel.Fastest);
        added.ExternalAttributes = (int)(GoFileMode.ToUnix(node.Mode) << HighHalf);
        added.LastWriteTime = TimeOf(node.ModifyTime);
        if (node.Type == NodeType.Dir)
        {
            return;
        }
        await using Stream content = await added.OpenAsync(cancellationToken);
        if (node.Type == NodeType.Symlink)
        {
            await content.WriteAsync(node.LinkTarget, cancellationToken);
            return;
        }
        await using StoredFile file = new(repository, node);
        await file.CopyToAsync(content, cancellationToken);
    }

    private static DateTimeOffset TimeOf(UnixTime time) =>
        time.Seconds < Earliest.ToUnixTimeSeconds() ? Earliest
        : time.Seconds > Latest.ToUnixTimeSeconds() ? Latest
        : DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
}
