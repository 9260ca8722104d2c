using System.Diagnostics.CodeAnalysis;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Packs;

/// <summary>
/// Loads trees for a walk. What lies beside a tree in its pack is wanted next, for a backup stores a directory right after
/// those in it; so packs are read in windows, and one request brings many trees. Safe for many threads; one a walk.
/// </summary>
/// <remarks>
/// Where trees lie scattered over many packs, amid others that are dead, windows bring little that is wanted, and are
/// gone before they are wanted again. So what is read is held below <see cref="MostRead"/> times what was wanted and
/// <see cref="Credit"/> more; beyond it trees are read alone.
/// <para>
/// Memory is <see cref="MostWindows"/> windows of sealed bytes, as many trees that were prefetched alone, and as many
/// trees as callers hold. Whatever goes wrong with a window is left to the plain way,
/// <see cref="Repository.LoadBlobAsync"/>, which reads the one blob and says what it is.
/// </para>
/// </remarks>
/// <param name="repository">Its index says where packs end.</param>
/// <param name="cancellationToken">Ends every load.</param>
internal sealed class TreeBlobs(Repository repository, CancellationToken cancellationToken)
{
    /// <summary>About as many bytes as travel, from a near store, while one request is answered.</summary>
    public const int Window = 512 * 1024;

    /// <summary>16 MiB. A share's trees lie in the packs of the backups that changed it, and a walk comes by all in turns.</summary>
    public const int MostWindows = 32;

    /// <summary>One and a half: a walk over what one backup wrote never comes near it.</summary>
    private const double MostRead = 1.5;

    /// <summary>Bytes that may be read before any is wanted: neighbours wait for their turn in the walk.</summary>
    private const long Credit = 8 * Window;

    private readonly Lock gate = new();
    private readonly Dictionary<Place, LinkedListNode<Loaded>> windows = [];
    private readonly LinkedList<Loaded> byUse = new();

    /// <summary>Prefetched by themselves, until they are loaded.</summary>
    private readonly Dictionary<(Id Pack, uint Offset), Task<byte[]>> alone = [];

    /// <summary>Sealed bytes: of all that was asked of the store, and of the trees that were loaded.</summary>
    private long read;
    private long wanted;
    private int loading;

    /// <summary>The tree's JSON, verified, in a pooled buffer that the caller disposes.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, also when no index lists it.</exception>
    public async Task<PooledBytes> LoadAsync(Id tree) =>
        repository.TryLocate(BlobKind.Tree, tree, out BlobLocation location, out uint packEnd)
        && await TryLoadAsync(tree, location, packEnd) is { } loaded
            ? loaded
            : await repository.LoadBlobAsync(BlobKind.Tree, tree, cancellationToken);

    /// <param name="packEnd">Where the last known blob of the pack ends.</param>
    /// <returns>Null when it is better read alone, or could not be read in this way.</returns>
    public async Task<PooledBytes?> TryLoadAsync(Id tree, BlobLocation location, uint packEnd)
    {
        if (!IsShared(in location))
        {
            return null;
        }
        using PooledBytes stored = PooledBytes.Rent((int)location.Length);
        if (!await TryReadAsync(location, packEnd, stored.Writable))
        {
            return null;
        }
        return BlobCodec.TryOpen(
            repository.Sealer,
            stored.Writable.Span,
            tree,
            location.UncompressedLength,
            out PooledBytes opened
        )
            ? opened
            : null;
    }

    private async Task<bool> TryReadAsync(BlobLocation location, uint packEnd, Memory<byte> stored)
    {
        if (TryTakeAlone(in location, out Task<byte[]>? own))
        {
            if (await ReadAsync(own) is not { } bytes)
            {
                return false;
            }
            bytes.CopyTo(stored);
            return true;
        }
        Memory<byte> rest = stored;
        for (uint at = location.Offset; !rest.IsEmpty; )
        {
            if (!TryGetWindow(new Place(location.Pack, at / Window), packEnd, out Task<byte[]>? reading))
            {
                Count(location.Length, location.Length); // It is read in the plain way.
                return false;
            }
            if (await ReadAsync(reading) is not { } window)
            {
                return false;
            }
            int length = Math.Min(rest.Length, window.Length - (int)(at % Window));
            if (length <= 0)
            {
                return false; // The index contradicts itself about the pack's end.
            }
            window.AsSpan((int)(at % Window), length).CopyTo(rest.Span);
            rest = rest[length..];
            at += (uint)length;
        }
        Count(0, location.Length);
        return true;
    }

    /// <summary>Begins to read what a later load of the tree needs, unless as many requests as may be are under way.</summary>
    public void Prefetch(Id tree)
    {
        if (repository.TryLocate(BlobKind.Tree, tree, out BlobLocation location, out uint packEnd))
        {
            Prefetch(in location, packEnd);
        }
    }

    public void Prefetch(in BlobLocation location, uint packEnd)
    {
        if (
            IsShared(in location)
            && Volatile.Read(ref loading) < repository.Options.Requests
            && !TryGetWindow(new Place(location.Pack, location.Offset / Window), packEnd, out _)
        )
        {
            PrefetchAlone(in location);
        }
    }

    // A large tree leaves nothing of a window for others.
    private static bool IsShared(in BlobLocation location) => location.Length <= Window / 2;

    private static async Task<byte[]?> ReadAsync(Task<byte[]> reading)
    {
        try
        {
            return await reading;
        }
        catch (EngineError)
        {
            return null;
        }
    }

    private void Count(long justRead, long justWanted)
    {
        lock (gate)
        {
            read += justRead;
            wanted += justWanted;
        }
    }

    private void PrefetchAlone(in BlobLocation location)
    {
        lock (gate)
        {
            if (alone.Count < MostWindows && !alone.ContainsKey((location.Pack, location.Offset)))
            {
                Task<byte[]> reading = FetchAsync(location.Pack, location.Offset, (int)location.Length);
                _ = reading.ContinueWith(
                    static failed => failed.Exception, // One that is never loaded has nobody else to look at it.
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
                alone.Add((location.Pack, location.Offset), reading);
                read += location.Length;
                wanted += location.Length;
            }
        }
    }

    private bool TryTakeAlone(in BlobLocation location, [NotNullWhen(true)] out Task<byte[]>? reading)
    {
        lock (gate)
        {
            return alone.Remove((location.Pack, location.Offset), out reading);
        }
    }

    /// <summary>Begins to read the window unless it is there.</summary>
    /// <returns>False when it is not, and too much was read already that nobody wanted.</returns>
    private bool TryGetWindow(Place place, uint packEnd, [NotNullWhen(true)] out Task<byte[]>? window)
    {
        long offset = (long)place.Number * Window;
        int length = (int)Math.Clamp(packEnd - offset, 0, Window);
        TaskCompletionSource<byte[]> promise;
        lock (gate)
        {
            if (windows.TryGetValue(place, out LinkedListNode<Loaded>? known))
            {
                byUse.Remove(known);
                byUse.AddLast(known);
                window = known.Value.Bytes;
                return true;
            }
            if (read + length > (MostRead * wanted) + Credit)
            {
                window = null;
                return false;
            }
            read += length;
            promise = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            windows.Add(place, byUse.AddLast(new Loaded(place, promise.Task)));
            if (windows.Count > MostWindows)
            {
                _ = windows.Remove(byUse.First!.Value.Place);
                byUse.RemoveFirst();
            }
        }
        _ = FetchAsync(place, offset, length, promise);
        window = promise.Task;
        return true;
    }

    private async Task FetchAsync(Place place, long offset, int length, TaskCompletionSource<byte[]> promise)
    {
        try
        {
            promise.SetResult(await FetchAsync(place.Pack, offset, length));
        }
        catch (Exception error)
        {
            Forget(place, promise.Task);
            promise.SetException(error);
            _ = promise.Task.Exception; // One that was only prefetched has nobody else to look at it.
        }
    }

    private async Task<byte[]> FetchAsync(Id pack, long offset, int length)
    {
        _ = Interlocked.Increment(ref loading);
        try
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
            ObjectName name = RepositoryStore.Name(ObjectKind.Pack, pack);
            await repository.Store.ReadAsync(name, offset, bytes, cancellationToken);
            return bytes;
        }
        finally
        {
            _ = Interlocked.Decrement(ref loading);
        }
    }

    private void Forget(Place place, Task<byte[]> failed)
    {
        lock (gate)
        {
            if (windows.TryGetValue(place, out LinkedListNode<Loaded>? known) && known.Value.Bytes == failed)
            {
                _ = windows.Remove(place);
                byUse.Remove(known);
            }
        }
    }

    private readonly record struct Place(Id Pack, uint Number);

    private readonly record struct Loaded(Place Place, Task<byte[]> Bytes);
}
