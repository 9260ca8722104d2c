using Holdfast.Engine.Crypto;
using Holdfast.Engine.Index;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Engine;

/// <summary>
/// What an open repository leaves to the next who opens it in this process: the master key, unwrapped, the index, and the
/// snapshots. None of it is relied on before the store was asked whether it is still so.
/// </summary>
/// <param name="KeyName">The key object that <paramref name="Key"/> was unwrapped from.</param>
/// <param name="Key">Disposed by whoever holds this.</param>
/// <param name="Index">Refreshed by each repository opened with it, before it is first asked.</param>
/// <param name="Snapshots">Used for those alone that a listing has.</param>
internal sealed record WarmRepository(Id KeyName, KeyMaterial Key, LoadedIndex Index, LoadedSnapshots Snapshots)
{
    /// <summary>Of the index and the snapshots, in bytes, roughly.</summary>
    public long Size => Index.Blobs.Bytes + LoadedSnapshots.BytesEach * (long)Snapshots.Count;

    public WarmRepository Copy() => this with { Key = Key.Copy() };
}
