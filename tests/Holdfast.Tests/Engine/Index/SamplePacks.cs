using Holdfast.Engine;
using Holdfast.Engine.Packs;

namespace Holdfast.Tests.Engine.Index;

internal static class SamplePacks
{
    internal static PackContent Of(Random random, int blobs)
    {
        var entries = new List<PackEntry>();
        uint offset = 0;
        for (int i = 0; i < blobs; i++)
        {
            uint length = (uint)random.Next(32, 5000);
            uint uncompressed = random.Next(2) == 0 ? 0 : (uint)random.Next(1, 9000);
            entries.Add(new PackEntry((BlobKind)random.Next(2), NewId(random), offset, length, uncompressed));
            offset += length;
        }
        return new PackContent(NewId(random), entries);
    }

    internal static Id NewId(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return new Id(bytes);
    }
}
