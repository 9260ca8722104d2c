using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Archives;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Names;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;

namespace Holdfast.Core.Reading;

/// <summary>
/// A backup that is being looked into. It holds no lock: what a prune moves meanwhile is found again, and what is removed
/// meanwhile is an error.
/// </summary>
public sealed class OpenBackup : IAsyncDisposable
{
    private readonly Repository repository;
    private readonly Id snapshot;
    private readonly Node root;
    private readonly TreeBrowser browser;
    private readonly Func<EngineError, ServiceError> refuse;
    private readonly bool owns;
    private readonly long entries;
    private NameIndex? names;

    /// <param name="root">The share's own directory.</param>
    /// <param name="owns">Whether the repository is closed with this.</param>
    /// <param name="refuse">What whoever asks is told of an error.</param>
    internal OpenBackup(
        Repository repository,
        Snapshot snapshot,
        Node root,
        bool owns,
        Func<EngineError, ServiceError> refuse
    )
    {
        (this.repository, this.snapshot, this.root, browser, this.owns, this.refuse) = (
            repository,
            snapshot.Id,
            root,
            new(repository),
            owns,
            refuse
        );
        entries = snapshot.Summary is { } summary
            ? summary.TotalFilesProcessed + summary.DirsNew + summary.DirsChanged + summary.DirsUnmodified
            : 0;
    }

    /// <param name="path">Raw bytes, names joined by slashes; empty for the share's own directory.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: the backup has no such entry.</exception>
    public async Task<BackupEntry> FindAsync(byte[] path, CancellationToken cancellationToken) =>
        await TryFindAsync(path, cancellationToken)
        ?? throw ServiceError.NotFound($"The backup has no '{BackupEntry.Text(path.AsSpan().Trim((byte)'/'))}'.");

    /// <returns>Null when the backup has no such entry.</returns>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<BackupEntry?> TryFindAsync(byte[] path, CancellationToken cancellationToken)
    {
        byte[] clean = [.. path.AsSpan().Trim((byte)'/')];
        try
        {
            Node? found =
                clean.Length == 0 ? root : await browser.FindAsync(root.Subtree!.Value, clean, cancellationToken);
            return new BackupEntry(clean, found!);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>What is in a directory, in the order of the names' bytes.</summary>
    /// <param name="from">Entries of earlier names are left out.</param>
    /// <param name="most">At most so many.</param>
    public async Task<IReadOnlyList<BackupEntry>> ListAsync(
        BackupEntry directory,
        byte[] from,
        int most,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Id tree = directory.Node.Subtree!.Value;
            IReadOnlyList<Node> nodes = await browser.ReadAsync(tree, from, most, cancellationToken);
            byte[] prefix = directory.Path.Length == 0 ? [] : [.. directory.Path, (byte)'/'];
            return [.. nodes.Select(node => new BackupEntry([.. prefix, .. node.Name], node))];
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>A file's bytes, from wherever they are wanted.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>, now or as they are read.</exception>
    public Stream OpenFile(BackupEntry file)
    {
        try
        {
            return new StoredFile(repository, file.Node, refuse);
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>Says the same of two files, of whatever backups of the project, that have the same bytes as one another.</summary>
    public static string ContentTag(BackupEntry file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Id blob in file.Node.Content ?? [])
        {
            hash.AppendData(blob);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>An entry, and all that is beneath it, as a tar. An error leaves part of one written.</summary>
    /// <param name="name">What the entry is called in it.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>.</exception>
    public Task WriteTarAsync(BackupEntry entry, byte[] name, Stream to, CancellationToken cancellationToken) =>
        WriteAsync(new TarArchive(repository).WriteAsync, entry, name, to, cancellationToken);

    /// <summary>The same as a zip.</summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Invalid"/>: a zip has no room for it, which of a whole share's files and directories is known
    /// before the first byte; <see cref="ServiceErrorKind.Unavailable"/>.
    /// </exception>
    /// <inheritdoc cref="WriteTarAsync"/>
    public Task WriteZipAsync(BackupEntry entry, byte[] name, Stream to, CancellationToken cancellationToken) =>
        entry.Path.Length == 0 && entries > ZipArchives.MostEntries
            ? throw ServiceError.Invalid("There are too many entries for a zip: download it as tar.")
            : WriteAsync(new ZipArchives(repository).WriteAsync, entry, name, to, cancellationToken);

    private async Task WriteAsync(
        Func<IAsyncEnumerable<BrowseEntry>, Stream, CancellationToken, Task> write,
        BackupEntry entry,
        byte[] name,
        Stream to,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await write(browser.WalkFromAsync(entry.Node, name, cancellationToken), to, cancellationToken);
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>What became of the share's entries from an earlier backup, of the same repository, to this one.</summary>
    /// <param name="earlier">Opened with this one.</param>
    /// <param name="behind">Changes up to this path are left out; empty leaves out none.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="mostBytes">No more once their paths have so many bytes.</param>
    /// <param name="metadata">Also where nothing but metadata has changed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The changes, and whether there are more.</returns>
    public async Task<(IReadOnlyList<EntryChange> Changes, bool More)> ChangesSinceAsync(
        OpenBackup earlier,
        byte[] behind,
        int most,
        long mostBytes,
        bool metadata,
        CancellationToken cancellationToken
    )
    {
        List<EntryChange> changes = [];
        long bytes = 0;
        try
        {
            await foreach (
                TreeChange change in new TreeDifference(repository)
                    .CompareAsync(earlier.root.Subtree, root.Subtree, behind, cancellationToken)
                    .Where(change => metadata || change.Kind != TreeChangeKind.Metadata)
            )
            {
                if (changes.Count >= most || bytes >= mostBytes)
                {
                    return (changes, true);
                }
                bytes += change.Path.Length;
                changes.Add(new EntryChange(change));
            }
            return (changes, false);
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>The share's directory: backups of one that has not changed have the same.</summary>
    internal Id Tree => root.Subtree!.Value;

    /// <summary>The names of all its entries.</summary>
    /// <param name="indexes">Where indexes of names are kept.</param>
    /// <param name="project">Who wants them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<NameIndex> NamesAsync(NameIndexes indexes, string project, CancellationToken cancellationToken)
    {
        try
        {
            return names ??= await indexes.FindAsync(project, repository, snapshot, Tree, cancellationToken);
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <summary>What is found in its names.</summary>
    internal NameHits Find(NameIndex index, NameSearch search, CancellationToken cancellationToken)
    {
        try
        {
            return index.Find(search, cancellationToken);
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
    }

    /// <param name="type">One of <see cref="BackupEntry.Types"/>, or null for any.</param>
    internal static NodeType? TypeOf(string? type) =>
        type is null ? null : (NodeType)BackupEntry.Types.ToList().IndexOf(type);

    /// <summary>Whether an entry is of another type, or holds something else, than an earlier one.</summary>
    public static bool Differs(BackupEntry entry, BackupEntry earlier) =>
        TreeDifference.KindOf(earlier.Node, entry.Node) is TreeChangeKind.Type or TreeChangeKind.Content;

    public ValueTask DisposeAsync() => owns ? repository.DisposeAsync() : ValueTask.CompletedTask;
}
