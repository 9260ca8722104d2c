using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Packs;

/// <summary>
/// Loads trees for a walk. What lies beside a tree in its pack is wanted next, for a backup stores a directory right after
/// those in it; so packs are read in windows, and one request brings many trees. Safe for many threads; one a walk.
/// </summary>
/// <remarks>
/// Memory is <see cref="MostWindows"/> windows of sealed bytes, and as many trees as callers hold. Whatever goes wrong with
/// a window is left to the plain way, <see cref="Repository.LoadBlobAsync"/>, which reads the one blob and says what it is.
/// </remarks>
/// <param name="repository">Its index says where packs end.</param>
/// <param name="cancellationToken">Ends every load.</param>
internal sealed class TreeBlobs(Repository repository, CancellationToken cancellationToken)
{
    /// <summary>About as many bytes as travel, from a near store, while one request is answered.</summary>
    public const int Window = 512 * 1024;

    /// <summary>16 MiB. A share's trees lie in the packs of the backups that changed it, and a walk comes by all in turns.</summary>
    public const int MostWindows = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<Place, LinkedListNode<Loaded>> windows = [];
    private readonly LinkedList<Loaded> byUse = new();
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
        Memory<byte> rest = stored.Writable;
        for (uint at = location.Offset; !rest.IsEmpty; )
        {
            if (await ReadAsync(new Place(location.Pack, at / Window), packEnd) is not { } window)
            {
                return null;
            }
            int length = Math.Min(rest.Length, window.Length - (int)(at % Window));
            if (length <= 0)
            {
                return null; // The index contradicts itself about the pack's end.
            }
            window.AsSpan((int)(at % Window), length).CopyTo(rest.Span);
            rest = rest[length..];
            at += (uint)length;
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
        if (IsShared(in location) && Volatile.Read(ref loading) < repository.Options.Requests)
        {
            _ = WindowAt(new Place(location.Pack, location.Offset / Window), packEnd);
        }
    }

    // A large tree leaves nothing of a window for others.
    private static bool IsShared(in BlobLocation location) => location.Length <= Window / 2;

    private async Task<byte[]?> ReadAsync(Place place, uint packEnd)
    {
        Task<byte[]> window = WindowAt(place, packEnd);
        try
        {
            return await window;
        }
        catch (EngineError)
        {
            return null;
        }
    }

    private Task<byte[]> WindowAt(Place place, uint packEnd)
    {
        TaskCompletionSource<byte[]> promise;
        lock (gate)
        {
            if (windows.TryGetValue(place, out LinkedListNode<Loaded>? known))
            {
                byUse.Remove(known);
                byUse.AddLast(known);
                return known.Value.Bytes;
            }
            promise = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            windows.Add(place, byUse.AddLast(new Loaded(place, promise.Task)));
            if (windows.Count > MostWindows)
            {
                _ = windows.Remove(byUse.First!.Value.Place);
                byUse.RemoveFirst();
            }
        }
        _ = FetchAsync(place, packEnd, promise);
        return promise.Task;
    }

    private async Task FetchAsync(Place place, uint packEnd, TaskCompletionSource<byte[]> promise)
    {
        _ = Interlocked.Increment(ref loading);
        try
        {
            long offset = (long)place.Number * Window;
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(packEnd - offset, 0, Window));
            ObjectName name = RepositoryStore.Name(ObjectKind.Pack, place.Pack);
            await repository.Store.ReadAsync(name, offset, bytes, cancellationToken);
            promise.SetResult(bytes);
        }
        catch (Exception error)
        {
            Forget(place, promise.Task);
            promise.SetException(error);
            _ = promise.Task.Exception; // One that was only prefetched has nobody else to look at it.
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
