using Holdfast.Engine.Chunking;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Images;

/// <summary>The tags of an image that is being read, and those of the parent snapshot. For one thread.</summary>
/// <param name="key">Of <see cref="ContentTag.KeyLength"/> bytes.</param>
/// <param name="before">One for each blob of the parent; none when there is no parent, or they are another's.</param>
internal sealed class ImageTags(ReadOnlyMemory<byte> key, IReadOnlyList<UInt128> before) : IDisposable
{
    private readonly ContentTag tag = new(key);
    private readonly List<UInt128> tags = [];
    private UInt128? zeroChunk;

    /// <summary>Whether there is anything to compare with.</summary>
    public bool KnowsParent => before.Count != 0;

    /// <summary>One for each blob so far.</summary>
    public IReadOnlyList<UInt128> All => tags;

    /// <summary>Adds a blob that is to be stored.</summary>
    public void Add(ReadOnlySpan<byte> blob) => tags.Add(tag.Of(blob));

    public void AddZeroChunk()
    {
        zeroChunk ??= tag.Of(new byte[Chunker.MinSize]);
        tags.Add(zeroChunk.Value);
    }

    /// <summary>Adds the blob if it is the parent's; false, and nothing is added, when it is not.</summary>
    public bool TryAddUnchanged(ReadOnlySpan<byte> blob, int place)
    {
        UInt128 now = tag.Of(blob);
        bool isUnchanged = now == before[place];
        if (isUnchanged)
        {
            tags.Add(now);
        }
        return isUnchanged;
    }

    public void Dispose() => tag.Dispose();
}
