using System.Buffers;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Restore;

/// <summary>
/// The plaintext of one blob after another, in memory that grows to the longest. One worker's own: arrays rented for each
/// blob would stay behind with every thread that the worker ran on.
/// </summary>
internal sealed class OpenedBlob(Sealer sealer) : IDisposable
{
    private byte[] memory = [];
    private int length;

    public ReadOnlySpan<byte> Span => memory.AsSpan(0, length);

    /// <inheritdoc cref="BlobCodec.TryOpen(Sealer, Span{byte}, in Id, uint, Span{byte})"/>
    public bool TryOpen(Span<byte> sealedBlob, in Id id, in BlobLocation location)
    {
        length = 0;
        int expected = checked((int)location.PlaintextLength);
        if (memory.Length < expected)
        {
            Dispose();
            memory = ArrayPool<byte>.Shared.Rent(Math.Max(expected, 1024 * 1024));
        }
        if (!BlobCodec.TryOpen(sealer, sealedBlob, id, location.UncompressedLength, memory.AsSpan(0, expected)))
        {
            return false;
        }
        length = expected;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(memory);
        memory = [];
        length = 0;
    }
}
