using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class OperationServiceTests
{
    [Fact]
    public async Task A_watch_ends_so_that_whoever_goes_on_shows_again_who_they_are()
    {
        await using CoreFixture core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        OperationService operations = new(
            core.Catalog,
            core.Queue,
            new Policy(),
            core.Options with
            {
                PollInterval = TimeSpan.FromMilliseconds(1),
            },
            core.Time
        );
        int rounds = 0;
        await foreach (
            IReadOnlyList<Operation> _ in operations.WatchAsync(CoreFixture.Member, allProjects: false, default)
        )
        {
            rounds++;
            core.Time.Advance(OperationService.LongestWatch / 2);
        }
        Assert.Equal(2, rounds);
    }
}
