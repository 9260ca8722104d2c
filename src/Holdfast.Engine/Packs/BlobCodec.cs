using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Packs;

/// <summary>A stored blob's way back: tag, decipher, decompress, compare with its name.</summary>
internal static class BlobCodec
{
    /// <param name="sealer">The repository's.</param>
    /// <param name="sealedBlob">The stored bytes; overwritten.</param>
    /// <param name="id">What the plaintext must hash to.</param>
    /// <param name="uncompressedLength">0 for a blob stored uncompressed.</param>
    /// <param name="plaintext">In a pooled buffer that the caller disposes.</param>
    /// <returns>False when anything is not as it was stored.</returns>
    internal static bool TryOpen(
        Sealer sealer,
        Span<byte> sealedBlob,
        in Id id,
        uint uncompressedLength,
        out PooledBytes plaintext
    )
    {
        plaintext = default;
        if (sealedBlob.Length < Sealer.Overhead || uncompressedLength > int.MaxValue)
        {
            return false;
        }
        plaintext = PooledBytes.Rent(
            uncompressedLength != 0 ? (int)uncompressedLength : sealedBlob.Length - Sealer.Overhead
        );
        bool valid = TryOpen(sealer, sealedBlob, id, uncompressedLength, plaintext.Writable.Span);
        if (!valid)
        {
            plaintext.Dispose();
        }
        return valid;
    }

    /// <param name="plaintext">Of the plaintext's own length; what it holds is nobody's when this is false.</param>
    /// <inheritdoc cref="TryOpen(Sealer, Span{byte}, in Id, uint, out PooledBytes)"/>
    internal static bool TryOpen(
        Sealer sealer,
        Span<byte> sealedBlob,
        in Id id,
        uint uncompressedLength,
        Span<byte> plaintext
    )
    {
        if (sealedBlob.Length < Sealer.Overhead)
        {
            return false;
        }
        // Deciphered where it is going to be used: a compressed blob in place, another into its own buffer.
        bool compressed = uncompressedLength != 0;
        Span<byte> payload = sealedBlob[Sealer.NonceLength..^Sealer.TagLength];
        return sealer.TryOpen(sealedBlob, compressed ? payload : plaintext)
            && (!compressed || TryDecompress(payload, plaintext))
            && Sha256.Hash(plaintext) == id;
    }

    /// <summary>Opens a copy of what was just sealed: finds bad memory and faults of ours before the source is gone.</summary>
    internal static void Verify(
        Sealer sealer,
        ReadOnlySpan<byte> sealedBlob,
        BlobKind kind,
        in Id id,
        uint uncompressed
    )
    {
        using PooledBytes copy = PooledBytes.Rent(sealedBlob.Length);
        sealedBlob.CopyTo(copy.Writable.Span);
        if (!TryOpen(sealer, copy.Writable.Span, id, uncompressed, out PooledBytes plaintext))
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                $"The {Noun(kind)} blob {id} did not survive its own sealing; nothing was stored.",
                "Test this machine's memory and processor."
            );
        }
        plaintext.Dispose();
    }

    internal static EngineError Damaged(
        BlobKind kind,
        in Id id,
        in BlobLocation location,
        string reason,
        Exception? inner = null
    ) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"The {Noun(kind)} blob {id} in pack {location.Pack} at {location.Offset} is damaged: {reason}.",
            "Run check to see what else is damaged, and restore the pack from a copy of the store if there is one.",
            inner
        );

    internal static string Noun(BlobKind kind) => kind == BlobKind.Tree ? "tree" : "data";

    private static bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> plaintext)
    {
        using Pool<Decompressor>.Lease lease = Zstd.Decompressors.Rent();
        return lease.Value.TryDecompress(frame, plaintext);
    }
}
