namespace Holdfast.Engine.Packs;

public enum BlobKind : byte
{
    Data = 0,
    Tree = 1,
}

/// <summary>What a blob is called: kind and SHA-256 of its plaintext.</summary>
public readonly record struct BlobHandle(BlobKind Kind, Id Id);

/// <summary>
/// Where a blob lies: <paramref name="Length"/> stored bytes (sealed, so 32 more than its payload) at
/// <paramref name="Offset"/> of a pack. <paramref name="UncompressedLength"/> is 0 for a blob stored uncompressed.
/// </summary>
public readonly record struct BlobLocation(Id Pack, uint Offset, uint Length, uint UncompressedLength)
{
    /// <summary>Length of the plaintext, in bytes.</summary>
    public uint PlaintextLength => UncompressedLength != 0 ? UncompressedLength : Length - 32;
}
