using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Holdfast.Tests.Core.Catalog.Postgres;
using Xunit;

namespace Holdfast.Tests.Core.Operations;

/// <summary>Whose operation is claimed next, of many projects': no project's queue, however long, holds up another's.</summary>
public class TurnTests : IAsyncLifetime
{
    private const string Restore = OperationKind.RestoreBackup;
    private const string Backup = OperationKind.CreateBackup;
    private const string Delete = OperationKind.DeleteBackup;
    private const string Export = OperationKind.ExportProject;
    private const string Prune = OperationKind.Prune;

    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() => core = await CoreFixture.MakeAsync(await OpenAsync());

    /// <summary>An empty catalog; null is the embedded one.</summary>
    protected virtual Task<ICatalog?> OpenAsync() => Task.FromResult<ICatalog?>(null);

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Slots_are_shared_evenly()
    {
        await AddAsync("many", Backup, times: 6);
        await AddAsync("few", Backup, times: 2);
        await AddAsync("one", Backup);
        Assert.Equal(
            ["many", "few", "one", "many", "few", "many", "many", "many", "many"],
            (await ClaimAllAsync()).Select(one => one.ProjectId)
        );
    }

    [Fact]
    public async Task One_slot_is_had_in_turn()
    {
        await AddAsync("many", Backup, times: 6);
        await AddAsync("few", Backup, times: 2);
        await AddAsync("one", Backup);
        List<string> claimed = [];
        while (await ClaimAsync() is { } operation)
        {
            claimed.Add(operation.ProjectId);
            await EndAsync(operation);
        }
        Assert.Equal(["many", "few", "one", "many", "few", "many", "many", "many", "many"], claimed);
    }

    [Fact]
    public async Task Failing_for_now_is_a_turn_too()
    {
        await AddAsync("fails", Backup, times: 3);
        await AddAsync("works", Backup, times: 3);
        List<string> claimed = [];
        for (int turn = 0; turn < 6; turn++)
        {
            // Whatever failed is due again.
            core.Time.Advance(TimeSpan.FromMinutes(5));
            Operation operation = (await ClaimAsync())!;
            claimed.Add(operation.ProjectId);
            Assert.True(
                operation.ProjectId == "works" || await core.Queue.RequeueAsync(operation, "the store is away", default)
            );
            if (operation.ProjectId == "works")
            {
                await EndAsync(operation);
            }
        }
        Assert.Equal(["fails", "works", "fails", "works", "fails", "works"], claimed);
    }

    [Fact]
    public async Task A_restore_goes_ahead_of_backups_whatever_its_project_has_running()
    {
        await AddAsync("p", Backup, times: 3);
        await ClaimAllAsync();
        await AddAsync("other", Backup);
        await AddAsync("p", Restore);
        Assert.Equal([Restore, Backup], (await ClaimAllAsync()).Select(one => one.Kind));
    }

    [Fact]
    public async Task Many_restores_of_one_project_do_not_hold_up_others_backups()
    {
        await AddAsync("many", Restore, times: 3);
        await AddAsync("other", Backup, times: 2);
        await AddAsync("late", Restore);
        Assert.Equal(
            [
                ("many", Restore),
                ("late", Restore),
                ("other", Backup),
                ("many", Restore),
                ("other", Backup),
                ("many", Restore),
            ],
            (await ClaimAllAsync()).Select(one => (one.ProjectId, one.Kind))
        );
    }

    [Fact]
    public async Task Upkeep_waits_for_everybody()
    {
        await AddAsync("idle", Prune);
        await AddAsync("busy", Backup, times: 3);
        Assert.Equal([Backup, Backup, Backup, Prune], (await ClaimAllAsync()).Select(one => one.Kind));
    }

    [Fact]
    public async Task What_cannot_be_claimed_holds_nobody_up()
    {
        // No node of the offer has the root; not offered; not due.
        await AddAsync("p", Backup, times: 30, change: one => one with { Root = "elsewhere" });
        await AddAsync("p", OperationKind.CreateVolume, times: 30);
        await AddAsync("p", Delete, times: 30, change: one => one with { NotBefore = one.NotBefore.AddHours(1) });
        await AddAsync("p", Backup);
        await AddAsync("q", Delete);
        Assert.Equal([("q", Delete), ("p", Backup)], (await ClaimAllAsync()).Select(one => (one.ProjectId, one.Kind)));
    }

    [Fact]
    public async Task A_limit_holds_with_many_who_claim_at_once()
    {
        const int limit = 3;
        await AddAsync("many", Backup, times: 20);
        await AddAsync("many", Delete, times: 20);
        await AddAsync("other", Backup, times: 5);
        OperationQueue queue = Limited(limit);
        for (int round = 0; round < 5; round++)
        {
            IEnumerable<Task<Operation?>> claiming = Enumerable
                .Range(0, 12)
                .Select(n => Task.Run(() => ClaimAsync(queue, $"n{n}")));
            Operation[] claims = [.. (await Task.WhenAll(claiming)).OfType<Operation>()];
            Operation[] own = [.. claims.Where(one => one.ProjectId == "many")];
            Assert.Equal(limit, own.Length);
            Assert.Null(await ClaimOfAsync(queue, "many"));
            await EndAsync(claims);
        }
    }

    [Fact]
    public async Task Neither_restores_nor_the_services_own_work_wait_for_backups_at_their_limit()
    {
        OperationQueue queue = Limited(1);
        await AddAsync("p", Backup, times: 2);
        Operation backup = (await ClaimAsync(queue))!;
        Assert.Null(await ClaimAsync(queue));
        await AddAsync("p", Restore, times: 2);
        await AddAsync("p", Export);
        await AddAsync("p", Prune);
        List<string> claimed = [];
        while (await ClaimAsync(queue) is { } operation)
        {
            claimed.Add(operation.Kind);
        }
        Assert.Equal([Restore, Export, Prune], claimed);
        await EndAsync(backup);
        Assert.Equal(Backup, (await ClaimAsync(queue))!.Kind);
        Assert.Null(await ClaimAsync(queue));
    }

    /// <summary>Each claim is the one that a look at all rows would choose.</summary>
    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public async Task The_choice_is_the_best_of_all_rows(int seed, int? limit)
    {
        const int steps = 150;
        string[] kinds = [Restore, Backup, Delete, Export, Prune, OperationKind.CreateVolume];
        Random random = new(seed);
        OperationQueue queue = Limited(limit);
        Dictionary<(string, string), DateTimeOffset> turns = [];
        List<Operation> running = [];
        for (int step = 0; step < steps; step++)
        {
            core.Time.Advance(TimeSpan.FromSeconds(1));
            switch (random.Next(4))
            {
                case 0:
                    string? root = random.Next(4) switch
                    {
                        0 => null,
                        1 => "elsewhere",
                        _ => "local",
                    };
                    int wait = random.Next(3) == 0 ? random.Next(60) : 0;
                    await AddAsync(
                        $"p{random.Next(4)}",
                        kinds[random.Next(kinds.Length)],
                        random.Next(1, 4),
                        one => one with { Root = root, NotBefore = one.NotBefore.AddSeconds(wait) }
                    );
                    break;
                case 1 when running.Count > 0:
                    Operation ended = running[random.Next(running.Count)];
                    running.Remove(ended);
                    Assert.True(
                        random.Next(2) == 0
                            ? await core.Queue.ReturnAsync(ended, default)
                            : await core.Queue.SucceedAsync(ended, (_, _) => Task.CompletedTask, default)
                    );
                    break;
                default:
                    Operation? best = Best(await core.QueuedAsync(), running, turns, limit);
                    Operation? claimed = await ClaimAsync(queue);
                    Assert.True(best?.Id == claimed?.Id, $"seed {seed}, step {step}: {claimed} and not {best}");
                    if (claimed is not null)
                    {
                        running.Add(claimed);
                        turns[(claimed.ProjectId, claimed.Kind)] = core.Time.GetUtcNow();
                    }
                    break;
            }
        }
    }

    private Operation? Best(
        IReadOnlyList<Operation> queued,
        List<Operation> running,
        Dictionary<(string, string), DateTimeOffset> turns,
        int? limit
    )
    {
        return queued
            .Where(one => one.Kind != OperationKind.CreateVolume && one.Root is null or "local")
            .Where(one => one.NotBefore <= core.Time.GetUtcNow() && IsAllowed(one))
            .OrderBy(one => one.Kind == Prune)
            .ThenBy(one => running.Count(other => other.ProjectId == one.ProjectId && other.Priority >= one.Priority))
            .ThenByDescending(one => one.Priority)
            .ThenBy(one => turns.GetValueOrDefault((one.ProjectId, one.Kind)))
            .ThenBy(one => one.NotBefore)
            .ThenBy(one => one.Id, StringComparer.Ordinal)
            .FirstOrDefault();

        bool IsAllowed(Operation one) =>
            limit is null
            || one.Kind is Export or Prune
            || running.Count(other =>
                other.ProjectId == one.ProjectId
                && other.Kind is not (Export or Prune)
                && other.Kind == Restore == (one.Kind == Restore)
            ) < limit;
    }

    private OperationQueue Limited(int? limit) =>
        new(core.Catalog, core.Time, core.Options.Lease, core.Wake, projectLimit: limit);

    private static Task<Operation?> ClaimAsync(OperationQueue queue, string node = "n") =>
        queue.ClaimAsync(new ClaimOffer(node, ["local"], [Restore, Backup, Delete, Export, Prune]), default);

    private async Task<Operation?> ClaimAsync()
    {
        core.Time.Advance(TimeSpan.FromSeconds(1));
        return await ClaimAsync(core.Queue);
    }

    /// <summary>The project's next, were it alone.</summary>
    private async Task<Operation?> ClaimOfAsync(OperationQueue queue, string project)
    {
        while (await ClaimAsync(queue) is { } operation)
        {
            if (operation.ProjectId == project)
            {
                return operation;
            }
            await EndAsync(operation);
        }
        return null;
    }

    private async Task<List<Operation>> ClaimAllAsync()
    {
        List<Operation> claimed = [];
        while (await ClaimAsync() is { } operation)
        {
            claimed.Add(operation);
        }
        return claimed;
    }

    private async Task EndAsync(params Operation[] claims)
    {
        foreach (Operation claim in claims)
        {
            Assert.True(await core.Queue.SucceedAsync(claim, (_, _) => Task.CompletedTask, default));
        }
    }

    /// <summary>Queues so many, each a millisecond after the other.</summary>
    private async Task AddAsync(string project, string kind, int times = 1, Func<Operation, Operation>? change = null)
    {
        for (int n = 0; n < times; n++)
        {
            core.Time.Advance(TimeSpan.FromMilliseconds(1));
            Operation operation = NewOperation.Of(kind, project, core.Time.GetUtcNow());
            operation = change?.Invoke(operation) ?? operation;
            await core.Catalog.WriteAsync(session => session.Operations.AddAsync(operation), default);
        }
    }
}

public sealed class PostgresTurnTests(PostgresFixture postgres) : TurnTests, IClassFixture<PostgresFixture>
{
    protected override async Task<ICatalog?> OpenAsync() => await postgres.NewCatalogAsync();
}
