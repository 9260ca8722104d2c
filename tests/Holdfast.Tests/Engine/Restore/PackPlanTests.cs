using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class PackPlanTests
{
    private static readonly FilePlan File = new(
        PendingDirectory.Root(Place.Root(), node: null, tree: default),
        new Node { Name = "file"u8.ToArray(), Type = NodeType.File },
        exists: false
    );

    /// <summary>Whatever the pieces: each lies in one range, whole; ranges of a pack do not overlap, and are bounded.</summary>
    [Fact]
    public void EveryPieceIsReadOnce()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            Piece[] pieces = [.. Enumerable.Range(0, random.Next(200)).Select(_ => RandomPiece(random))];
            Piece[] planned = [.. pieces];
            List<PackRange> ranges = PackPlan.Make(planned);
            Assert.Equal(pieces.ToHashSet(), planned.ToHashSet());
            int next = 0;
            foreach (PackRange range in ranges)
            {
                Assert.Equal(next, range.First);
                next = range.End;
                Piece[] within = planned[range.First..range.End];
                Assert.All(within, piece => AssertWithin(range, piece.Location));
                bool alone = within.Select(piece => piece.Location).Distinct().Count() == 1;
                Assert.True(alone || range.Length <= 4 * 1024 * 1024);
                Assert.Equal(within.Max(piece => piece.Location.Offset + piece.Location.Length), End(range));
            }
            Assert.Equal(pieces.Length, next);
            foreach (IGrouping<Id, PackRange> pack in ranges.GroupBy(range => range.Pack))
            {
                Assert.All(pack.Zip(pack.Skip(1)), pair => Assert.True(End(pair.First) <= pair.Second.Offset));
            }
        }
    }

    /// <summary>Whatever the ranges: windows are all of them, in their order, and bounded in bytes and in requests.</summary>
    [Fact]
    public void WindowsAreBounded()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int longest = 1 << random.Next(10, 25);
            PackRange[] ranges =
            [
                .. Enumerable
                    .Range(0, random.Next(200))
                    .Select(i => new PackRange(default, 0, random.Next(longest), i, i)),
            ];
            List<List<PackRange>> windows = PackPlan.Windows(ranges);
            Assert.Equal(ranges, windows.SelectMany(window => window));
            Assert.All(
                windows,
                window => Assert.True(window.Count == 1 || window.Sum(range => range.Length) <= 4 * 1024 * 1024)
            );
            Assert.All(windows, window => Assert.InRange(window.Count, 1, 16));
        }
    }

    [Fact]
    public void AGapIsReadAlongAndALargeOneIsNot()
    {
        Assert.Single(PackPlan.Make([Piece(1, 0, 1000), Piece(1, 100_000, 1000)]));
        Assert.Equal(2, PackPlan.Make([Piece(1, 0, 1000), Piece(1, 1_000_000, 1000)]).Count);
        Assert.Empty(PackPlan.Make([]));
    }

    // Blobs lie side by side: here in slots of a size of their own for each pack.
    private static Piece RandomPiece(Random random)
    {
        byte pack = (byte)random.Next(4);
        uint slot = 300_000u * (pack + 1u) * (pack + 1u);
        return Piece(pack, slot * (uint)random.Next(20), slot - (uint)(pack * 100_000));
    }

    private static Piece Piece(byte pack, uint offset, uint length)
    {
        byte[] id = new byte[Id.Size];
        id[0] = pack;
        return new Piece(File, new Id(id), 0, new BlobLocation(new Id(id), offset, length, 0));
    }

    private static uint End(PackRange range) => range.Offset + (uint)range.Length;

    private static void AssertWithin(PackRange range, BlobLocation location)
    {
        Assert.Equal(range.Pack, location.Pack);
        Assert.True(location.Offset >= range.Offset && location.Offset + location.Length <= End(range));
    }
}
