using System.Buffers;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>Trees that say what no directory here can be made to be.</summary>
internal static class CraftedTree
{
    /// <param name="nodes">In ascending order of their names.</param>
    public static async Task<Id> SaveAsync(Repository repository, params IEnumerable<Node> nodes)
    {
        var json = new ArrayBufferWriter<byte>();
        TreeWriter.Write(json, nodes);
        Id id = Sha256.Hash(json.WrittenSpan);
        await using BlobWriter writer = repository.CreateWriter();
        await writer.SaveAsync(BlobKind.Tree, id, json.WrittenMemory, default);
        await writer.FlushAsync(default);
        return id;
    }
}
