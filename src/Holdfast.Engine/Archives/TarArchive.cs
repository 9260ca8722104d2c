using System.Runtime.CompilerServices;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Archives;

/// <summary>
/// A part of a backup as a tar (POSIX pax), with everything that a tar can hold: owners, modes, times to the nanosecond, links,
/// devices, extended attributes. Holes are zeros in it, sockets are left out.
/// </summary>
public sealed class TarArchive(Repository repository)
{
    /// <summary>Blobs and headers under way or waiting.</summary>
    private const int Ahead = 8;

    private readonly LinkNames links = new();

    /// <param name="entries">A directory before what is in it. The slash at a path's beginning is left out.</param>
    /// <param name="to">Written to as the bytes come; not disposed.</param>
    /// <param name="cancellationToken">Ends it, with part of the archive written.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>: the same.</exception>
    public async Task WriteAsync(IAsyncEnumerable<BrowseEntry> entries, Stream to, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<(TarPiece Piece, PooledBytes Bytes)> pieces = ReadAhead.InOrderAsync(
            PiecesAsync(entries, cancellationToken),
            Ahead,
            (piece, token) =>
                piece.Blob is { } blob
                    ? repository.LoadBlobAsync(BlobKind.Data, blob, token)
                    : Task.FromResult(default(PooledBytes)),
            cancellationToken
        );
        await foreach ((TarPiece piece, PooledBytes bytes) in pieces)
        {
            using PooledBytes loaded = bytes;
            await to.WriteAsync(piece.Blob is null ? piece.Bytes : loaded.Memory, cancellationToken);
        }
    }

    private async IAsyncEnumerable<TarPiece> PiecesAsync(
        IAsyncEnumerable<BrowseEntry> entries,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (BrowseEntry entry in entries.WithCancellation(cancellationToken))
        {
            // What a foreign snapshot says that another kind of entry holds is nothing that a tar can.
            IReadOnlyList<Id> blobs = entry.Node.Type == NodeType.File ? entry.Node.Content ?? [] : [];
            byte[] path = entry.Path[1..];
            byte[]? sameAs = SameAs(entry.Node, path);
            long size = blobs.Sum(blob => (long)repository.Locate(BlobKind.Data, blob).PlaintextLength);
            if (TarHeader.Of(path, entry.Node, size, sameAs) is not { } header)
            {
                continue;
            }
            yield return new TarPiece(header, null);
            if (sameAs is not null || size == 0)
            {
                continue;
            }
            foreach (Id blob in blobs)
            {
                yield return new TarPiece(default, blob);
            }
            if (size % TarHeader.Block is > 0 and var odd)
            {
                yield return new TarPiece(new byte[TarHeader.Block - odd], null);
            }
        }
        yield return new TarPiece(new byte[2 * TarHeader.Block], null);
    }

    /// <inheritdoc cref="LinkNames.Before"/>
    private byte[]? SameAs(Node node, byte[] path) =>
        node.Type is NodeType.Dir or NodeType.Socket or NodeType.Unknown ? null : links.Before(node, path);

    /// <summary>Bytes as they are, or those of a blob.</summary>
    private readonly record struct TarPiece(ReadOnlyMemory<byte> Bytes, Id? Blob);
}
