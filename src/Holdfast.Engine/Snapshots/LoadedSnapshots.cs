using System.Collections.Frozen;

namespace Holdfast.Engine.Snapshots;

/// <summary>
/// The snapshots that were listed last, by their objects' names, which are hashes of what the objects say: one that the store
/// still lists need not be read again. Safe for many threads.
/// </summary>
internal sealed class LoadedSnapshots
{
    /// <summary>What one takes in memory, roughly, in bytes.</summary>
    public const int BytesEach = 1024;

    private volatile FrozenDictionary<Id, Snapshot> byId = FrozenDictionary<Id, Snapshot>.Empty;

    public int Count => byId.Count;

    public Snapshot? Find(Id id) => byId.GetValueOrDefault(id);

    public void Replace(IReadOnlyCollection<Snapshot> listed)
    {
        FrozenDictionary<Id, Snapshot> before = byId;
        if (listed.Count != before.Count || !listed.All(snapshot => before.ContainsKey(snapshot.Id)))
        {
            byId = listed.ToFrozenDictionary(snapshot => snapshot.Id);
        }
    }
}
