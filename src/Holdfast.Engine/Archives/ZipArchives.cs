using System.IO.Compression;
using System.Text;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>
/// A part of a backup as a zip, for people whose tools know no tar: directories, files and symbolic links with their modes and
/// times to two seconds. Names are written as <see cref="ZipName"/> has them. One object writes one zip.
/// </summary>
public sealed class ZipArchives(Repository repository)
{
    /// <summary>
    /// At most, for the library remembers each until the zip's end: some 300 bytes, and three times its name.
    /// </summary>
    public const int MostEntries = 250_000;

    /// <summary>At most, of all names together.</summary>
    public const int MostNameBytes = 32 << 20;

    /// <summary>Of one name: the format has 16 bits for its length.</summary>
    private const int LongestName = ushort.MaxValue;

    private const int HighHalf = 16;

    // What the format's dates can say.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    private int count;
    private int nameBytes;

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>: a zip has no room for this.</exception>
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
        string name = ZipName.Of(entry.Path.AsSpan(1)) + (node.Type == NodeType.Dir ? "/" : "");
        Count(Encoding.UTF8.GetByteCount(name));
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

    private void Count(int name)
    {
        if (name > LongestName)
        {
            throw Refuse("A path is too long for a zip: download it as tar.");
        }
        count++;
        nameBytes += name;
        if (count > MostEntries || nameBytes > MostNameBytes)
        {
            throw Refuse("There are too many entries for a zip: download it as tar.");
        }
    }

    private static EngineError Refuse(string message) => new(EngineErrorKind.Invalid, temporary: false, message);

    private static DateTimeOffset TimeOf(UnixTime time) =>
        time.Seconds < Earliest.ToUnixTimeSeconds() ? Earliest
        : time.Seconds > Latest.ToUnixTimeSeconds() ? Latest
        : DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
}
