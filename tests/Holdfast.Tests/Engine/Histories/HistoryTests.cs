using Xunit;

namespace Holdfast.Tests.Engine.Histories;

/// <summary>Whatever happens to a repository, in whatever order: each snapshot that is there gives its bytes back.</summary>
public sealed class HistoryTests
{
    [Fact]
    public Task EverySnapshotGivesItsBytesBack() => History.RunAsync(seed: 1, steps: 14);

    public static TheoryData<int> ManySeeds => [.. Enumerable.Range(1000, 60)];

    [Theory]
    [MemberData(nameof(ManySeeds))]
    [Trait("e2e", "histories")]
    public Task EverySnapshotOfALongHistoryGivesItsBytesBack(int seed) => History.RunAsync(seed, steps: 40);
}
