using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>Takes blobs into the files of a tree, and stays in one directory while they do.</summary>
internal sealed class FilePieceWriter(FileWriter writer, DirectoryPool pool) : IPieceWriter
{
    private readonly DirectoryCursor cursor = new(pool);

    public void Write(in Piece piece, ReadOnlySpan<byte> bytes) => writer.Write(piece, bytes, cursor);

    public void Miss(in Piece piece, string why) => writer.Miss(piece, why, cursor);

    public void Dispose() => cursor.Dispose();
}
