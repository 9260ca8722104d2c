using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Scheduling;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Scheduling;

public sealed class NodePresenceTests
{
    [Fact]
    public async Task A_process_ends_that_finds_another_in_its_nodes_place()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        NodePresence presence = core.Get<NodePresence>();
        await presence.TakeNameAsync(default);
        await presence.AnnounceAsync(default);

        await core.Catalog.WriteAsync(session => session.Nodes.TakeAsync(core.Options.Node, "another"), default);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => presence.RunAsync(default));
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
    }
}
