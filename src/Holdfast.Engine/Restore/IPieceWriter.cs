namespace Holdfast.Engine.Restore;

/// <summary>Takes blobs to where they belong, in any order. One worker's own.</summary>
internal interface IPieceWriter : IDisposable
{
    /// <param name="bytes">The blob's plaintext, verified.</param>
    void Write(in Piece piece, ReadOnlySpan<byte> bytes);

    /// <summary>The blob cannot be had: it is damaged in the store.</summary>
    void Miss(in Piece piece, string why);
}
