using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>
/// Where every blob lies, in at most 48 bytes a blob that follows another in its pack (ADR 19). Any number of threads may
/// read while one adds; nothing is ever removed, a smaller index is built anew.
/// </summary>
internal sealed class BlobIndex
{
    private readonly Lock gate = new();
    private readonly BlobTable data = new();
    private readonly BlobTable trees = new();

    /// <summary>The blobs of the pack being added that are new; one list, used again and again.</summary>
    private readonly PackEntries fresh = new();

    internal int Count => data.Count + trees.Count;

    /// <summary>Bytes that it holds, capacity and all; what grows with the repository.</summary>
    internal long Bytes => data.Bytes + trees.Bytes;

    /// <summary>Of the blobs themselves, before they were compressed and sealed. To be asked of an index that nobody adds to.</summary>
    internal long PlainBytes => data.PlainBytes + trees.PlainBytes;

    /// <summary>Above every <see cref="NumberOf"/>.</summary>
    internal int CountOf(BlobKind kind) => Of(kind).Count;

    /// <returns>A number for the blob among those of its kind, from zero and without gaps; -1 when it is not there.</returns>
    internal int NumberOf(BlobKind kind, in Id id) => Of(kind).Find(id);

    internal Id IdOf(BlobKind kind, int number) => Of(kind).IdOf(number);

    internal bool Contains(BlobKind kind, in Id id) => Of(kind).Find(id) >= 0;

    /// <summary>Marks the blob's pack, too.</summary>
    internal bool Contains(BlobKind kind, in Id id, UsedPacks used)
    {
        BlobTable table = Of(kind);
        int number = table.Find(id);
        if (number >= 0)
        {
            used.Mark(kind, table.PackNumberOf(number));
        }
        return number >= 0;
    }

    internal bool TryLocate(BlobKind kind, in Id id, out BlobLocation location)
    {
        BlobTable table = Of(kind);
        int number = table.Find(id);
        location = number < 0 ? default : table.LocationOf(number);
        return number >= 0;
    }

    /// <param name="packEnd">Where the last blob of the kind in the same pack ends.</param>
    internal bool TryLocate(BlobKind kind, in Id id, out BlobLocation location, out uint packEnd)
    {
        BlobTable table = Of(kind);
        int number = table.Find(id);
        location = number < 0 ? default : table.LocationOf(number);
        packEnd = number < 0 ? 0 : table.PackEndOf(number);
        return number >= 0;
    }

    /// <summary>None of the packs that are there now is marked.</summary>
    internal UsedPacks TrackPacks() => new(data.PackNumbers, trees.PackNumbers);

    /// <summary>So many more are added now, most of them data: they come faster. <see cref="Trim"/> then, as fewer may have come.</summary>
    internal void Expect(int more)
    {
        lock (gate)
        {
            data.Expect(more);
        }
    }

    /// <summary>Gives back the room of those that were expected and have not come.</summary>
    internal void Trim()
    {
        lock (gate)
        {
            data.Trim();
        }
    }

    /// <summary>Adds a pack's blobs. Of a blob that is there already the first place stays.</summary>
    internal void Add(PackContent pack)
    {
        lock (gate)
        {
            // restic lists a pack's blobs in any order.
            IReadOnlyList<PackEntry> blobs = IsInOrder(pack.Blobs)
                ? pack.Blobs
                : [.. pack.Blobs.OrderBy(blob => blob.Offset)];
            Add(BlobKind.Data, pack.Pack, blobs);
            Add(BlobKind.Tree, pack.Pack, blobs);
        }
    }

    private void Add(BlobKind kind, in Id pack, IReadOnlyList<PackEntry> blobs)
    {
        BlobTable table = Of(kind);
        fresh.Clear(); // What an Add left that failed for want of memory.
        for (int index = 0; index < blobs.Count; index++)
        {
            PackEntry blob = blobs[index];
            if (blob.Kind != kind || table.Find(blob.Id) >= 0)
            {
                continue;
            }
            if (fresh.Count > 0 && unchecked(fresh[^1].Offset + fresh[^1].Length) != blob.Offset)
            {
                table.AddRun(pack, fresh);
                fresh.Clear();
            }
            fresh.Add(blob);
        }
        if (fresh.Count > 0)
        {
            table.AddRun(pack, fresh);
            fresh.Clear();
        }
    }

    private static bool IsInOrder(IReadOnlyList<PackEntry> blobs)
    {
        for (int index = 1; index < blobs.Count; index++)
        {
            if (blobs[index].Offset < blobs[index - 1].Offset)
            {
                return false;
            }
        }
        return true;
    }

    private BlobTable Of(BlobKind kind) => kind == BlobKind.Tree ? trees : data;
}
