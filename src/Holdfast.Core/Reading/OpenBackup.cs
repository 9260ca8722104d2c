using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Archives;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;

namespace Holdfast.Core.Reading;

/// <summary>
/// A backup that is being looked into. It holds no lock: what a prune moves meanwhile is found again, and what is removed
/// meanwhile is an error.
/// </summary>
public sealed class OpenBackup : IAsyncDisposable
{
    private readonly Repository repository;
    private readonly Node root;
    private readonly TreeBrowser browser;
    private readonly Func<EngineError, ServiceError> refuse;

    /// <param name="root">The share's own directory.</param>
    /// <param name="refuse">What whoever asks is told of an error.</param>
    internal OpenBackup(Repository repository, Node root, Func<EngineError, ServiceError> refuse) =>
        (this.repository, this.root, browser, this.refuse) = (repository, root, new(repository), refuse);

    /// <param name="path">Raw bytes, names joined by slashes; empty for the share's own directory.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: the backup has no such entry.</exception>
    public async Task<BackupEntry> FindAsync(byte[] path, CancellationToken cancellationToken)
    {
        byte[] clean = [.. path.AsSpan().Trim((byte)'/')];
        Node? found = clean.Length == 0 ? root : null;
        try
        {
            found ??= await browser.FindAsync(root.Subtree!.Value, clean, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            throw ServiceError.NotFound($"The backup has no '{BackupEntry.Text(clean)}'.");
        }
        catch (EngineError error)
        {
            throw refuse(error);
        }
        return new BackupEntry(clean, found!);
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

    /// <summary>A file's bytes, from wherever they are wanted. Errors of reading them are <see cref="EngineError"/>s.</summary>
    public Stream OpenFile(BackupEntry file)
    {
        try
        {
            return new StoredFile(repository, file.Node);
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
    public Task WriteTarAsync(BackupEntry entry, byte[] name, Stream to, CancellationToken cancellationToken) =>
        new TarArchive(repository).WriteAsync(
            browser.WalkFromAsync(entry.Node, name, cancellationToken),
            to,
            cancellationToken
        );

    /// <summary>The same as a zip.</summary>
    /// <inheritdoc cref="WriteTarAsync"/>
    public Task WriteZipAsync(BackupEntry entry, byte[] name, Stream to, CancellationToken cancellationToken) =>
        new ZipArchives(repository).WriteAsync(
            browser.WalkFromAsync(entry.Node, name, cancellationToken),
            to,
            cancellationToken
        );

    public ValueTask DisposeAsync() => repository.DisposeAsync();
}
