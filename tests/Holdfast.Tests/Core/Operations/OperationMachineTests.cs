using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Holdfast.Tests.Core.Catalog.Postgres;
using Xunit;

namespace Holdfast.Tests.Core.Operations;

/// <summary>
/// Workers that claim, beat, close, fail, die and come back to life, and administrators that reset, in any order: no
/// operation is ended twice, no two workers have a claim that holds, and in the end nothing is stuck.
/// </summary>
public class OperationMachineTests
{
    /// <summary>An empty catalog; null is the embedded one.</summary>
    protected virtual Task<ICatalog?> OpenAsync() => Task.FromResult<ICatalog?>(null);

    private const int Steps = 120;
    private const int Shares = 3;
    private static readonly string[] Nodes = ["n1", "n2", "n3"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Nothing_is_committed_twice_and_nothing_is_stuck(int seed)
    {
        await using CoreFixture core = await CoreFixture.MakeAsync(
            await OpenAsync(),
            [.. Enumerable.Range(0, Shares).Select(n => Rows.Share($"s{n}"))]
        );
        Machine machine = new(core, new Random(seed));
        for (int step = 0; step < Steps; step++)
        {
            await machine.StepAsync();
        }
        await machine.SettleAsync();
    }

    private sealed class Machine(CoreFixture core, Random random)
    {
        /// <summary>Every claim that some worker believes in: those of the dead too, who may come back.</summary>
        private readonly List<Operation> claims = [];

        /// <summary>How often each operation was ended well, in a closing transaction that went through.</summary>
        private readonly Dictionary<string, int> commits = [];
        private readonly Dictionary<string, List<long>> epochs = [];

        public Task StepAsync() =>
            random.Next(9) switch
            {
                0 or 1 => RequestAsync(),
                2 or 3 => ClaimAsync(),
                4 => WithClaimAsync(BeatAsync),
                5 => WithClaimAsync(CommitAsync),
                6 => WithClaimAsync(FailAsync),
                7 => PassTimeAsync(),
                _ => ResetAsync(),
            };

        /// <summary>Lets one honest worker do what is left; then every resource is at rest.</summary>
        public async Task SettleAsync()
        {
            for (int round = 0; round < 20 * Steps; round++)
            {
                core.Time.Advance(TimeSpan.FromMinutes(6));
                await core.Queue.RecoverExpiredAsync(default);
                if (await core.ClaimAsync("honest") is not { } claim)
                {
                    break;
                }
                await CommitAsync(claim);
            }
            Assert.Empty(await core.QueuedAsync());
            Assert.Empty(
                await core.Catalog.ReadAsync(s => s.Operations.ExpiredAsync(DateTimeOffset.MaxValue), default)
            );
            Assert.All(commits.Values, count => Assert.Equal(1, count));
            foreach (Backup backup in await BackupsAsync())
            {
                Assert.DoesNotContain(backup.Status, (string[])["creating", "restoring", "deleting"]);
                if (backup.Status is BackupStatus.Error or BackupStatus.ErrorDeleting)
                {
                    Assert.NotEmpty(await core.Catalog.MessagesAsync(backup.Id));
                }
            }
            for (int n = 0; n < Shares; n++)
            {
                string status = (await core.Catalog.ShareAsync($"s{n}"))!.Status;
                Assert.Contains(status, (string[])[ShareStatus.Available, ShareStatus.BackupRestoringError]);
                if (status == ShareStatus.BackupRestoringError)
                {
                    Assert.NotEmpty(await core.Catalog.MessagesAsync($"s{n}"));
                }
            }
        }

        private async Task RequestAsync()
        {
            try
            {
                IReadOnlyList<Backup> backups = await BackupsAsync();
                if (backups.Count == 0 || random.Next(2) == 0)
                {
                    NewBackup(await core.Backups.CreateAsync(CoreFixture.Member, Request(), default));
                }
                else if (random.Next(2) == 0)
                {
                    await core.Backups.RestoreAsync(CoreFixture.Member, Any(backups).Id, null, false, default);
                }
                else
                {
                    await core.Backups.DeleteAsync(CoreFixture.Member, Any(backups).Id, default);
                }
            }
            catch (ServiceError error)
            {
                // Refused for its state, as most are, or for the quota.
                Assert.True(error.Kind is ServiceErrorKind.Invalid or ServiceErrorKind.OverLimit, error.Message);
            }
        }

        private async Task ClaimAsync()
        {
            if (await core.ClaimAsync(Nodes[random.Next(Nodes.Length)]) is not { } claim)
            {
                return;
            }
            List<long> seen = epochs.TryGetValue(claim.Id, out List<long>? known) ? known : epochs[claim.Id] = [];
            Assert.DoesNotContain(claim.Epoch, seen);
            seen.Add(claim.Epoch);
            await AloneOnShareAsync(claim);
            claims.Add(claim);
        }

        /// <summary>No other claim that holds, or whose worker may still be at it, is on the share.</summary>
        private async Task AloneOnShareAsync(Operation claim)
        {
            foreach (
                Operation other in claims.Where(other => other.ShareId == claim.ShareId && claim.ShareId is not null)
            )
            {
                Operation row = (await core.Catalog.ReadAsync(s => s.Operations.FindAsync(other.Id), default))!;
                bool holds = row.Status == OperationStatus.Running && row.Epoch == other.Epoch && row.Id != claim.Id;
                bool winding = row.Status == OperationStatus.Cancelled && row.LeaseUntil > core.Time.GetUtcNow();
                Assert.False(holds || winding);
            }
        }

        private async Task BeatAsync(Operation claim)
        {
            bool holds = await HoldsAsync(claim);
            Assert.Equal(holds, await core.Queue.BeatAsync(claim, default) != Beat.Over);
        }

        private async Task CommitAsync(Operation claim)
        {
            bool holds = await HoldsAsync(claim);
            bool ended = await core.Queue.SucceedAsync(claim, (session, now) => EndAsync(session, claim, now), default);
            Assert.Equal(holds, ended);
            if (ended)
            {
                commits[claim.Id] = commits.GetValueOrDefault(claim.Id) + 1;
            }
        }

        private async Task FailAsync(Operation claim)
        {
            bool holds = await HoldsAsync(claim);
            bool ended = await (
                random.Next(3) switch
                {
                    0 => core.Queue.FailAsync(claim, OperationStatus.Failed, "it broke", default),
                    1 => core.Queue.RequeueAsync(claim, "not now", default),
                    _ => core.Queue.ReturnAsync(claim, default),
                }
            );
            Assert.Equal(holds, ended);
        }

        private async Task<bool> HoldsAsync(Operation claim)
        {
            Operation row = (await core.Catalog.ReadAsync(s => s.Operations.FindAsync(claim.Id), default))!;
            return row.Status == OperationStatus.Running && row.Epoch == claim.Epoch;
        }

        private async Task PassTimeAsync()
        {
            core.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 60)));
            await core.Queue.RecoverExpiredAsync(default);
        }

        private async Task ResetAsync()
        {
            IReadOnlyList<Backup> backups = await BackupsAsync();
            if (random.Next(2) == 0)
            {
                await core.ShareStates.ResetStatusAsync(
                    CoreFixture.Admin,
                    $"s{random.Next(Shares)}",
                    "available",
                    default
                );
            }
            else if (backups.Count > 0)
            {
                await core.Backups.ResetStatusAsync(CoreFixture.Admin, Any(backups).Id, "available", default);
            }
        }

        private Task WithClaimAsync(Func<Operation, Task> act) =>
            claims.Count == 0 ? Task.CompletedTask : act(claims[random.Next(claims.Count)]);

        // What the workers' closing transactions change.
        private static async Task EndAsync(ICatalogSession session, Operation claim, DateTimeOffset now)
        {
            switch (claim.Kind)
            {
                case OperationKind.CreateBackup:
                    await session.Backups.CommitAsync(
                        claim.BackupId!,
                        new(new string('a', 64), "live", 0, null, now, false, null),
                        now
                    );
                    await session.Shares.SetStatusAsync(claim.ShareId!, "backup_creating", "available", now);
                    break;
                case OperationKind.RestoreBackup:
                    await session.Backups.SetStatusAsync(claim.BackupId!, "restoring", "available", now);
                    await session.Shares.SetStatusAsync(claim.ShareId!, "backup_restoring", "available", now);
                    break;
                default:
                    await session.Backups.RemoveAsync(claim.BackupId!);
                    break;
            }
        }

        private static void NewBackup(Backup backup) => Assert.Equal(BackupStatus.Creating, backup.Status);

        private Holdfast.Core.Services.NewBackup Request() => new($"s{random.Next(Shares)}", null, null, null, null);

        private Backup Any(IReadOnlyList<Backup> backups) => backups[random.Next(backups.Count)];

        private Task<IReadOnlyList<Backup>> BackupsAsync() =>
            core.Catalog.ReadAsync(
                s => s.Backups.ListAsync(new BackupFilter(), new(new("id", row => row.Id), Descending: false)),
                default
            );
    }
}

public sealed class PostgresOperationMachineTests(PostgresFixture postgres)
    : OperationMachineTests,
        IClassFixture<PostgresFixture>
{
    protected override async Task<ICatalog?> OpenAsync() => await postgres.NewCatalogAsync();
}
