using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Sources;
using Holdfast.Core.Webhooks;
using Holdfast.Core.Workers;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core;

/// <summary>
/// Starts what Core does by itself. <see cref="PrepareAsync"/> first, before any request is taken;
/// <see cref="RunAsync"/> then, until the node stops.
/// </summary>
public sealed class CoreStartup(
    ICatalog catalog,
    MasterKey masterKey,
    Roots roots,
    KnownRoots knownRoots,
    WorkerService workers,
    Scheduler scheduler,
    WebhookSender webhooks,
    NodePresence presence,
    CoreOptions options,
    TimeProvider time,
    ILogger<CoreStartup> logger,
    NodeChannel? channel = null
)
{
    /// <summary>True once <see cref="PrepareAsync"/> has ended well.</summary>
    public bool IsPrepared { get; private set; }

    /// <summary>Directories, then the schema, then the node's name, then the master key, then the roots' ids, then the default share type. May be run again.</summary>
    /// <exception cref="ServiceError">The node must not start; the message says what to do.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        MakeOwnRoots();
        await catalog.MigrateAsync(cancellationToken);
        await (channel?.OpenAsync(cancellationToken) ?? Task.CompletedTask);
        await masterKey.LoadAsync(cancellationToken);
        await knownRoots.LearnAsync(cancellationToken);
        await catalog.WriteAsync(
            async session =>
            {
                if (await session.ShareTypes.FindDefaultAsync() is null)
                {
                    await session.ShareTypes.TryAddAsync(DefaultType(), time.Now());
                }
            },
            cancellationToken
        );
        IsPrepared = true;
        Log.Prepared(logger, options.Node);
    }

    /// <summary>Runs the loops of this node's roles until told to stop or one is at fault, and ends when they have.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // Before the workers recover what the name's last process left, and the scheduler asks who can open what.
        await Loops.OnceAsync(options.PollInterval, presence.TakeNameAsync, time, stopping);
        List<Func<CancellationToken, Task>> loops = [presence.RunAsync];
        if (channel is not null)
        {
            loops.AddRange([channel.ListenAsync, channel.TellAsync]);
        }
        if (options.Roles.Contains("worker"))
        {
            loops.Add(workers.RunAsync);
        }
        if (options.Roles.Contains("scheduler"))
        {
            loops.AddRange([scheduler.RunAsync, webhooks.RunAsync]);
        }
        await Loops.RunAsync(loops, logger, stopping);
        await TellOthersAsync();
    }

    /// <summary>Has other nodes look at what this one has just given back, or was asked for as it stopped.</summary>
    public Task TellOthersAsync() => channel?.TellOnceAsync(CancellationToken.None) ?? Task.CompletedTask;

    private void MakeOwnRoots()
    {
        foreach (NamedRoot root in roots.All.Where(roots.IsOwn))
        {
            Directory.CreateDirectory(root.Path);
        }
    }

    private static ShareType DefaultType() =>
        new()
        {
            Id = Guid.NewGuid().ToString(),
            Name = ShareType.Default,
            IsPublic = true,
            IsDefault = true,
            ExtraSpecs = new Dictionary<string, string>
            {
                [ExtraSpec.DriverHandlesShareServers] = "False",
                [ExtraSpec.SnapshotSupport] = "True",
                [ExtraSpec.CreateShareFromSnapshotSupport] = "True",
            },
        };
}
