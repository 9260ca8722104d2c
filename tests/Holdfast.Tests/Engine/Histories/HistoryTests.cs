using Xunit;

namespace Holdfast.Tests.Engine.Histories;

/// <summary>Whatever happens to a repository, in whatever order: each snapshot that is there gives its bytes back.</summary>
public sealed class HistoryTests
{
    public static TheoryData<int> Seeds => [1, 2];

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task EverySnapshotGivesItsBytesBack(int seed) => History.RunAsync(seed, steps: 14);

    public static TheoryData<int> ManySeeds => [.. Enumerable.Range(1000, 60)];

    [Theory]
    [MemberData(nameof(ManySeeds))]
    [Trait("e2e", "histories")]
    public Task EverySnapshotOfALongHistoryGivesItsBytesBack(int seed) => History.RunAsync(seed, steps: 40);
}
