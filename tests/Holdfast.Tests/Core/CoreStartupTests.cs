using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Sources;
using Holdfast.Core.Webhooks;
using Holdfast.Core.Workers;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core;

public sealed class CoreStartupTests
{
    [Fact]
    public async Task A_catalog_that_is_away_when_the_nodes_name_is_taken_is_waited_for()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        FaultyCatalog away = new(core.Catalog);
        away.FailWrites(2);
        NodePresence presence = new(
            away,
            core.Get<MasterKey>(),
            core.Queue,
            core.Get<Roots>(),
            core.Get<KnownRoots>(),
            core.Options,
            core.Time,
            NullLogger<NodePresence>.Instance
        );
        CoreStartup startup = new(
            core.Catalog,
            core.Get<MasterKey>(),
            core.Get<Roots>(),
            core.Get<KnownRoots>(),
            core.Get<WorkerService>(),
            core.Get<Scheduler>(),
            core.Get<WebhookSender>(),
            presence,
            core.Options with
            {
                Roles = new HashSet<string>(),
                PollInterval = TimeSpan.FromMilliseconds(1),
            },
            core.Time,
            NullLogger<CoreStartup>.Instance
        );
        using CancellationTokenSource stop = new();
        Task running = startup.RunAsync(stop.Token);
        await Eventually.HoldsAsync(
            "the node, or a failure",
            async () =>
                running.IsCompleted
                || (await core.Catalog.ReadAsync(session => session.Nodes.ListAsync(), default)).Count > 0
        );
        await stop.CancelAsync();
        await running;
    }
}
