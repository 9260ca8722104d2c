using System.Security.Cryptography;

namespace Holdfast.Engine.Packs;

/// <summary>A place in an open pack, to be sealed into and then filled.</summary>
internal readonly record struct PackPlace(OpenPack Pack, Memory<byte> Bytes);

/// <summary>
/// The packs of one kind of blob that a writer has open. Blobs go to one of them at random, so that the order of blobs in
/// the store does not tell a file's cuts.
/// </summary>
internal sealed class OpenPacks(int count, int packSize, PackBuffers buffers, Action<OpenPack, bool> closed)
    : IDisposable
{
    private readonly Seat[] seats = [.. Enumerable.Range(0, count).Select(_ => new Seat())];
    private readonly Lock drawing = new();
    private readonly byte[] drawn = new byte[256];
    private int taken = 256;

    internal async ValueTask<PackPlace> ReserveAsync(
        BlobKind kind,
        Id id,
        int stored,
        uint uncompressed,
        CancellationToken cancellationToken
    )
    {
        Seat seat = seats.Length == 1 ? seats[0] : Draw();
        await seat.Gate.WaitAsync(cancellationToken);
        try
        {
            if (seat.Pack is { } open)
            {
                if (open.TryReserve(kind, id, stored, uncompressed, out Memory<byte> place))
                {
                    return Reserved(seat, open, place);
                }
                Close(seat);
            }
            int length = OpenPack.LengthWith(stored, uncompressed);
            var fresh = new OpenPack(await buffers.RentAsync(length, cancellationToken), buffers.RentEntries());
            seat.Pack = fresh;
            _ = fresh.TryReserve(kind, id, stored, uncompressed, out Memory<byte> first);
            return Reserved(seat, fresh, first);
        }
        finally
        {
            _ = seat.Gate.Release();
        }
    }

    /// <summary>Closes what is open, so that it is stored however little it holds.</summary>
    internal async Task CloseAllAsync(CancellationToken cancellationToken)
    {
        foreach (Seat seat in seats)
        {
            await seat.Gate.WaitAsync(cancellationToken);
            Close(seat);
            _ = seat.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (Seat seat in seats)
        {
            if (seat.Pack is { } pack)
            {
                buffers.Return(pack.Buffer);
            }
            seat.Gate.Dispose();
        }
    }

    /// <summary>One as likely as another. The system's generator is asked for many at once: a call costs a microsecond.</summary>
    private Seat Draw()
    {
        lock (drawing)
        {
            if (taken == drawn.Length)
            {
                RandomNumberGenerator.Fill(drawn);
                taken = 0;
            }
            return seats[drawn[taken++] % seats.Length];
        }
    }

    private PackPlace Reserved(Seat seat, OpenPack pack, Memory<byte> place)
    {
        if (pack.Length >= packSize)
        {
            Close(seat);
        }
        return new PackPlace(pack, place);
    }

    private void Close(Seat seat)
    {
        if (seat.Pack is { } pack)
        {
            seat.Pack = null;
            closed(pack, pack.Close());
        }
    }

    private sealed class Seat
    {
        internal SemaphoreSlim Gate { get; } = new(1, 1);

        internal OpenPack? Pack { get; set; }
    }
}
