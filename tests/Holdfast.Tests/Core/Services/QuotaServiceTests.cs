using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Holdfast.Tests.Core.Workers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>Use is what the rows say, whoever did what, in whatever order, and however it ended.</summary>
public sealed class QuotaServiceTests
{
    private const int Backups = 4;
    private const int Gigabytes = 12;

    private static readonly Caller Alice = CoreFixture.Member with { UserId = "alice" };
    private static readonly Caller Bob = CoreFixture.Member with { UserId = "bob" };
    private static readonly Caller Admin = CoreFixture.Admin;
    private static readonly QuotaTarget Project = new(Rows.Project);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Use_is_what_the_rows_say_and_nothing_leaks(int seed)
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        QuotaService quotas = core.Get<QuotaService>();
        Dictionary<string, long> limits = new()
        {
            [QuotaResource.Backups] = Backups,
            [QuotaResource.Gigabytes] = Gigabytes,
        };
        await quotas.UpdateAsync(Admin, Project, limits, force: false, default);

        Machine machine = new(core, new Random(seed));
        for (int step = 0; step < 80; step++)
        {
            await machine.StepAsync();
            await machine.CheckAsync();
        }
        Assert.True(machine.Refused > 0, "no quota was ever reached");

        await machine.RemoveBackupsAsync();
        await machine.CheckAsync();
        Assert.Equal(0, (await quotas.GetAsync(Alice, Project, default)).Quotas[QuotaResource.Backups].InUse);
        await machine.FillAsync();
        await machine.CheckAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Of_many_at_once_exactly_as_many_as_fit_are_accepted(int limit)
    {
        Share[] shares = [.. Enumerable.Range(0, 24).Select(n => Rows.Share($"s{n}"))];
        await using CoreFixture core = await CoreFixture.MakeAsync(shares);
        await core.Catalog.WriteAsync(
            session => session.Quotas.SetAsync(new(Rows.Project), QuotaResource.Backups, limit),
            default
        );

        bool[] accepted = await Task.WhenAll(shares.Select((share, n) => Task.Run(() => TryAsync(core, share.Id, n))));

        Assert.Equal(limit, accepted.Count(yes => yes));
        Assert.Equal(
            shares.Length - limit,
            await core.Catalog.ReadAsync(
                async session =>
                    (await session.Shares.KnownToAsync(Rows.Project)).Count(share => share.Status == "available"),
                default
            )
        );
    }

    [Fact]
    public async Task A_project_that_is_removed_takes_its_quotas_along()
    {
        await using LocalIdentity identity = new();
        await using ServiceProvider node = await identity.StartAsync();
        IdentityProjects projects = node.GetRequiredService<IdentityProjects>();
        Project one = await projects.CreateAsync(Admin, "one", null, true, default);
        Project other = await projects.CreateAsync(Admin, "other", null, true, default);
        User user = await node.GetRequiredService<IdentityUsers>()
            .CreateAsync(Admin, new NewUser("someone", "a password", true, null, null, null), default);
        await identity.Catalog.WriteAsync(
            async session =>
            {
                await session.Quotas.SetAsync(new(one.Id), QuotaResource.Shares, 1);
                await session.Quotas.SetAsync(new(one.Id, UserId: user.Id), QuotaResource.Shares, 1);
                await session.Quotas.SetAsync(new(other.Id), QuotaResource.Shares, 1);
                await session.Quotas.SetAsync(new(other.Id, UserId: user.Id), QuotaResource.Shares, 1);
            },
            default
        );

        await projects.DeleteAsync(Admin, one.Id, default);
        Assert.Equal((0, 2), (await CountAsync(one), await CountAsync(other)));
        await node.GetRequiredService<IdentityUsers>().DeleteAsync(Admin, user.Id, default);
        Assert.Equal(1, await CountAsync(other));

        async Task<int> CountAsync(Project project) =>
            (await identity.Catalog.ReadAsync(s => s.Quotas.OfProjectAsync(project.Id), default)).Count;
    }

    private static async Task<bool> TryAsync(CoreFixture core, string share, int n)
    {
        try
        {
            await core.Backups.CreateAsync(n % 2 == 0 ? Alice : Bob, new(share, null, null, null, null), default);
            return true;
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.OverLimit)
        {
            return false;
        }
    }

    private sealed class Machine(WorkerFixture core, Random random)
    {
        private static readonly string[] Statuses =
        [
            BackupStatus.Available,
            BackupStatus.Creating,
            BackupStatus.Error,
            BackupStatus.Deleting,
            BackupStatus.ErrorDeleting,
        ];

        public int Refused { get; private set; }

        private Caller Someone => random.Next(2) == 0 ? Alice : Bob;

        public Task StepAsync() =>
            random.Next(12) switch
            {
                0 or 1 => TryAsync(() => MakeShareAsync(Someone, 1 + random.Next(3))),
                2 or 3 or 4 => OnShareAsync(share => BackUpAsync(Someone, share)),
                5 => OnBackupAsync(backup =>
                    core.Backups.DeleteAsync(random.Next(2) == 0 ? Admin : Bob, backup.Id, default)
                ),
                6 => OnBackupAsync(backup =>
                    core.Backups.ResetStatusAsync(Admin, backup.Id, Statuses[random.Next(Statuses.Length)], default)
                ),
                7 => OnShareAsync(share => core.Shares.DeleteAsync(Someone, share.Id, default)),
                8 => OnShareAsync(share =>
                {
                    // The next backup of it fails.
                    Directory.Delete(core.PathOf(share), recursive: true);
                    return Task.CompletedTask;
                }),
                9 => DieAsync(),
                10 => FailDeletesAsync(),
                _ => core.DrainAsync(),
            };

        /// <summary>What is shown is what the rows say, in each scope, and within the limits.</summary>
        public async Task CheckAsync()
        {
            IReadOnlyList<Share> shares = await SharesAsync();
            IReadOnlyList<Backup> backups = await BackupsAsync();
            await CheckAsync(Project, shares, backups);
            foreach (string user in (string[])["alice", "bob", "nobody"])
            {
                await CheckAsync(
                    Project with
                    {
                        UserId = user,
                    },
                    [.. shares.Where(share => share.UserId == user)],
                    [.. backups.Where(backup => backup.UserId == user)]
                );
            }
            await CheckAsync(Project with { ShareType = "default" }, shares, backups);
            Assert.All(
                (await core.Get<QuotaService>().GetAsync(Alice, Project, default)).Quotas.Values,
                quota => Assert.True(quota.Limit < 0 || quota.InUse <= quota.Limit)
            );
        }

        public async Task RemoveBackupsAsync()
        {
            core.Store.Mend();
            foreach (Backup backup in await BackupsAsync())
            {
                await core.Backups.ResetStatusAsync(Admin, backup.Id, BackupStatus.Error, default);
                await core.Backups.DeleteAsync(Admin, backup.Id, default);
            }
            core.Time.Advance(TimeSpan.FromMinutes(10));
            await core.DrainAsync();
        }

        /// <summary>As many as at first, and not one more.</summary>
        public async Task FillAsync()
        {
            Dictionary<string, long> unlimited = new() { [QuotaResource.Gigabytes] = QuotaResource.Unlimited };
            await core.Get<QuotaService>().UpdateAsync(Admin, Project, unlimited, force: false, default);
            for (int n = 0; n < Backups; n++)
            {
                await BackUpAsync(Someone, await MakeShareAsync(Someone, 1));
            }
            Share last = await MakeShareAsync(Bob, 1);
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => BackUpAsync(Bob, last));
            Assert.Equal(ServiceErrorKind.OverLimit, error.Kind);
            await core.Shares.DeleteAsync(Bob, last.Id, default);
            await core.DrainAsync();
        }

        private async Task CheckAsync(QuotaTarget target, IReadOnlyList<Share> shares, IReadOnlyList<Backup> backups)
        {
            QuotaSet set = await core.Get<QuotaService>().GetAsync(Alice, target, default);
            Assert.Equal(
                (shares.Count, shares.Sum(share => share.Size), backups.Count, backups.Sum(backup => backup.Size)),
                (
                    set.Quotas[QuotaResource.Shares].InUse,
                    set.Quotas[QuotaResource.Gigabytes].InUse,
                    set.Quotas[QuotaResource.Backups].InUse,
                    set.Quotas[QuotaResource.BackupGigabytes].InUse
                )
            );
        }

        private Task<Share> MakeShareAsync(Caller caller, int size) =>
            MadeAsync(
                new NewShare("NFS", size, null, null, false, null, null, new Dictionary<string, string>()),
                caller
            );

        private async Task<Share> MadeAsync(NewShare request, Caller caller)
        {
            Share made = await core.Shares.CreateAsync(caller, request, default);
            await core.DrainAsync();
            return made;
        }

        private Task<Backup> BackUpAsync(Caller caller, Share share) =>
            core.Backups.CreateAsync(caller, new NewBackup(share.Id, null, null, null, null), default);

        /// <summary>A worker takes what is first and dies.</summary>
        private async Task DieAsync()
        {
            if ((await core.QueuedAsync()).Count > 0 && await core.ClaimAsync() is not null)
            {
                await core.ExpireAsync();
            }
        }

        private async Task FailDeletesAsync()
        {
            core.Store.Fail(StoreCall.Delete, Fault.Permanently, beneath: $"{Rows.Project}/snapshots");
            await core.DrainAsync();
            core.Store.Mend();
        }

        private async Task OnShareAsync(Func<Share, Task> work)
        {
            IReadOnlyList<Share> shares = await SharesAsync();
            if (shares.Count > 0)
            {
                await TryAsync(() => work(shares[random.Next(shares.Count)]));
            }
        }

        private async Task OnBackupAsync(Func<Backup, Task> work)
        {
            IReadOnlyList<Backup> backups = await BackupsAsync();
            if (backups.Count > 0)
            {
                await TryAsync(() => work(backups[random.Next(backups.Count)]));
            }
        }

        private async Task TryAsync(Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (ServiceError error)
            {
                Refused += error.Kind == ServiceErrorKind.OverLimit ? 1 : 0;
            }
            catch (DirectoryNotFoundException)
            {
                // It was deleted before.
            }
        }

        private Task<IReadOnlyList<Share>> SharesAsync() =>
            core.Catalog.ReadAsync(session => session.Shares.KnownToAsync(Rows.Project), default);

        private Task<IReadOnlyList<Backup>> BackupsAsync() =>
            core.Catalog.ReadAsync(
                session =>
                    session.Backups.ListAsync(
                        new BackupFilter { ProjectId = Rows.Project },
                        new RowOrder<Backup>(new SortColumn<Backup>("id", row => row.Id), Descending: false)
                    ),
                default
            );
    }
}
