using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Testing.Core;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

internal static class Overtaken
{
    /// <summary>Has a verb stand still for longer than its lease while others do theirs. It ends with a conflict.</summary>
    /// <param name="write">At which of its writes to the catalog it stands still.</param>
    /// <param name="verb">On the catalog that is given.</param>
    public static async Task EndsAsync(WorkerFixture core, int write, Func<ICatalog, Task> verb, Func<Task> meanwhile)
    {
        FaultyCatalog still = new(core.Catalog);
        still.Hang(write);
        Task first = verb(still);
        await still.Asked;
        core.Time.Advance(TimeSpan.FromMinutes(6));
        await meanwhile();
        still.Answer();
        Assert.Equal(ServiceErrorKind.Conflict, (await Assert.ThrowsAsync<ServiceError>(() => first)).Kind);
    }
}
