using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Check;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

public sealed class PackSubsetTests
{
    private static readonly Dictionary<Id, long> Packs = Enumerable
        .Range(0, 1000)
        .ToDictionary(i => new Id(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i))), i => 1000L);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    public void The_parts_together_are_everything_and_never_overlap(int parts)
    {
        List<Id> chosen = [];
        for (int i = 1; i <= parts; i++)
        {
            chosen.AddRange(PackSubset.Parse($"{i}/{parts}").Choose(Packs));
        }
        Assert.Equal(Packs.Keys.Order(), chosen.Order());
    }

    [Theory]
    [InlineData("10%", 100)]
    [InlineData("0.05%", 1)]
    [InlineData("100%", 1000)]
    [InlineData("2000", 2)]
    [InlineData("1T", 1000)]
    public void A_random_subset_has_the_size_asked_for(string text, int count) =>
        Assert.Equal(count, PackSubset.Parse(text).Choose(Packs).Distinct().Count());

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 3000)]
    [InlineData(256, 0)]
    public void A_turn_reads_the_next_first_bytes_and_what_is_named(int least, long size)
    {
        byte[] order = [.. Enumerable.Range(0, 256).Select(number => (byte)(number + 77))];
        Id named = Packs.Keys.First(pack => pack.Bytes[0] == 76);
        IReadOnlyList<Id> chosen = PackSubset.Turn(order, least, size, new HashSet<Id> { named }).Choose(Packs);
        Assert.Contains(named, chosen);
        HashSet<byte> first = [.. chosen.Where(pack => pack != named).Select(pack => pack.Bytes[0])];
        // None is left out between two that were read, and each was read whole.
        int last = order.Index().Where(one => first.Contains(one.Item)).Max(one => one.Index);
        Assert.Equal(
            Packs.Keys.Where(pack => pack == named || order.AsSpan(0, last + 1).Contains(pack.Bytes[0])).Order(),
            chosen
        );
        Assert.True(last + 1 >= least);
        Assert.True(chosen.Count * 1000L >= size);
    }

    [Fact]
    public void Nothing_can_be_chosen_of_nothing()
    {
        Assert.Empty(PackSubset.Parse("50%").Choose(new Dictionary<Id, long>()));
        Assert.Empty(PackSubset.All.Choose(new Dictionary<Id, long>()));
        Assert.Empty(PackSubset.None.Choose(Packs));
    }

    [Theory]
    [InlineData("0/5")]
    [InlineData("6/5")]
    [InlineData("1/257")]
    [InlineData("/")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("some")]
    public void Nonsense_is_refused(string text) =>
        Assert.Equal(EngineErrorKind.Invalid, Assert.Throws<EngineError>(() => PackSubset.Parse(text)).Kind);
}
