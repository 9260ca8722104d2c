using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>
/// Owners that share, take back and delete, recipients that answer and leave, time that passes, in any order: who may
/// use what is at each step what a few lines of memory say, no backup has more than ten, and every change left its
/// entry in the owner's trail.
/// </summary>
public sealed class SharingMachineTests
{
    private const int Steps = 150;
    private const int Projects = 14;
    private const int Owners = 2;
    private const int Backups = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Everybody_sees_what_the_model_says(int seed)
    {
        await using CoreFixture core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        await core.Catalog.AddBackupsAsync([
            .. Enumerable
                .Range(0, Backups)
                .Select(n =>
                    Rows.Backup($"b{n}", "s1") with
                    {
                        ProjectId = Project(n % Owners),
                        SnapshotId = new string('a', 64),
                    }
                ),
        ]);
        Machine machine = new(core, new Random(seed));
        for (int step = 0; step < Steps; step++)
        {
            await machine.StepAsync();
            await machine.CheckAsync();
        }
    }

    private static string Project(int n) => $"{n:d2}c{new string('0', 29)}";

    private static Caller Member(int n) => CoreFixture.Of(Project(n), "member", "reader");

    private sealed class Machine(CoreFixture core, Random random)
    {
        private readonly Maintenance maintenance = new(
            core.Catalog,
            core.Queue,
            new OverdueSources(core.Catalog, core.Time),
            core.Options,
            core.Time,
            new WakeSignal()
        );

        /// <summary>What was given, by backup and recipient, whether or not its time is over.</summary>
        private readonly Dictionary<(string Backup, string To), Sharing> given = [];
        private readonly HashSet<string> deleted = [];

        /// <summary>What the trail has to tell of.</summary>
        private readonly List<string> actions = [];

        /// <summary>When the trail was last told of an answer, by sharing and answer.</summary>
        private readonly Dictionary<(string Id, string Action), DateTimeOffset> answered = [];

        private DateTimeOffset Now => core.Time.GetUtcNow();

        public Task StepAsync() =>
            random.Next(10) switch
            {
                0 or 1 or 2 or 3 => ShareAsync(),
                4 => WithSharingAsync(CancelAsync),
                5 => WithSharingAsync(LeaveAsync),
                6 or 7 => WithSharingAsync(AnswerAsync),
                8 => PassTimeAsync(),
                _ => random.Next(6) == 0 ? DeleteAsync() : CancelAllAsync(),
            };

        public async Task CheckAsync()
        {
            for (int n = 0; n < Backups; n++)
            {
                string backup = $"b{n}";
                IEnumerable<Sharing> live = Live(backup);
                Assert.InRange(live.Count(), 0, Sharing.MostRecipients);
                Assert.Equal(
                    live.Select(row => (row.Id, row.State)).Order(),
                    (await core.Sharings.ListAsync(Member(n % Owners), new SharingQuery { BackupId = backup }, default))
                        .Rows.Select(row => (row.Sharing.Id, row.Sharing.State))
                        .Order()
                );
            }
            for (int project = 0; project < Projects; project++)
            {
                string[] usable =
                [
                    .. given
                        .Values.Where(row => row.ToProjectId == Project(project))
                        .Where(row => row.State == SharingState.Accepted && IsLive(row))
                        .Select(row => row.BackupId)
                        .Order(),
                ];
                Assert.Equal(
                    usable.Length,
                    await core.Sharings.CountAsync(Member(project), new SharingQuery { Received = true }, default)
                );
                Assert.Equal(usable, await SeenAsync(project));
            }
            Assert.Equal(
                actions.Order(),
                (await core.Catalog.AuditAsync())
                    .Select(row => row.Action)
                    .Where(action => action != AuditAction.LookAtBackup)
                    .Order()
            );
        }

        /// <summary>Others' backups that the project can look at.</summary>
        private async Task<IReadOnlyList<string>> SeenAsync(int project)
        {
            List<string> seen = [];
            foreach (int n in Enumerable.Range(0, Backups).Where(n => n % Owners != project))
            {
                (Backup? backup, Sharing? _) = await core.Catalog.ReadAsync(
                    session => session.FindUsableBackupAsync(Member(project), $"b{n}", Now),
                    default
                );
                if (backup is not null)
                {
                    seen.Add(backup.Id);
                }
            }
            return seen;
        }

        private async Task ShareAsync()
        {
            int n = random.Next(Backups);
            string backup = $"b{n}";
            string[] to =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 5))
                    .Select(_ => Project(random.Next(Projects)))
                    .Distinct()
                    .Where(project => project != Project(n % Owners)),
            ];
            if (to.Length == 0)
            {
                return;
            }
            bool mustAccept = random.Next(2) == 0;
            DateTimeOffset? end = random.Next(2) == 0 ? Now.AddMinutes(random.Next(1, 60)) : null;
            NewSharing request = new(backup, to, mustAccept, end);
            string[] live = [.. Live(backup).Select(row => row.ToProjectId)];
            if (deleted.Contains(backup) || live.Union(to).Count() > Sharing.MostRecipients)
            {
                ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
                    core.Sharings.ShareAsync(Member(n % Owners), request, default)
                );
                Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
                return;
            }
            // Whoever shares ends what is over of the backup, too.
            foreach (Sharing over in given.Values.Where(row => row.BackupId == backup && !IsLive(row)).ToArray())
            {
                given.Remove((backup, over.ToProjectId));
                actions.Add(AuditAction.SharingExpired);
            }
            foreach (Sharing row in await core.Sharings.ShareAsync(Member(n % Owners), request, default))
            {
                Sharing? before = given.GetValueOrDefault((backup, row.ToProjectId));
                string first = mustAccept ? SharingState.Pending : SharingState.Accepted;
                Assert.Equal(
                    before is null ? first
                        : before.State == SharingState.Rejected ? SharingState.Pending
                        : before.State,
                    row.State
                );
                Assert.Equal(end ?? before?.ExpiresAt, row.ExpiresAt);
                Assert.Equal(before?.Id ?? row.Id, row.Id);
                if (before != row)
                {
                    actions.Add(AuditAction.ShareBackup);
                }
                given[(backup, row.ToProjectId)] = row;
            }
        }

        private Task CancelAsync(Sharing row) =>
            EndAsync(
                row,
                AuditAction.CancelSharing,
                core.Sharings.CancelAsync(Of(row.FromProjectId), row.Id, unaccepted: true, default)
            );

        private Task LeaveAsync(Sharing row) =>
            EndAsync(row, AuditAction.LeaveSharing, core.Sharings.LeaveAsync(Of(row.ToProjectId), row.Id, default));

        private async Task EndAsync(Sharing row, string action, Task call)
        {
            if (!IsLive(row))
            {
                await GoneAsync(call);
                return;
            }
            await call;
            given.Remove((row.BackupId, row.ToProjectId));
            actions.Add(action);
        }

        private async Task AnswerAsync(Sharing row)
        {
            bool accept = random.Next(3) > 0;
            Task<Sharing> call = core.Sharings.AnswerAsync(Of(row.ToProjectId), row.Id, accept, default);
            if (!IsLive(row))
            {
                await GoneAsync(call);
                return;
            }
            Sharing changed = await call;
            Assert.Equal(accept ? SharingState.Accepted : SharingState.Rejected, changed.State);
            string action = accept ? AuditAction.AcceptSharing : AuditAction.RejectSharing;
            // Many answers in a short time are not many entries.
            bool news = Now - answered.GetValueOrDefault((row.Id, action)) > TimeSpan.FromMinutes(10);
            if (changed.State != row.State && news)
            {
                answered[(row.Id, action)] = Now;
                actions.Add(action);
            }
            given[(row.BackupId, row.ToProjectId)] = changed;
        }

        private async Task CancelAllAsync()
        {
            int n = random.Next(Backups);
            await core.Sharings.CancelAllAsync(Member(n % Owners), $"b{n}", default);
            Forget($"b{n}");
        }

        private async Task DeleteAsync()
        {
            int n = random.Next(Backups);
            if (deleted.Add($"b{n}"))
            {
                await core.Backups.DeleteAsync(Member(n % Owners), $"b{n}", default);
                Forget($"b{n}");
            }
        }

        private async Task PassTimeAsync()
        {
            core.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 20)));
            if (random.Next(2) == 0)
            {
                await maintenance.QueueDueAsync(default);
            }
            // Maintenance looks now and then; a sharing is over at its moment, whether or not it has.
            HashSet<string> rows = [];
            for (int n = 0; n < Backups; n++)
            {
                rows.UnionWith(
                    (await core.Catalog.ReadAsync(s => s.Sharings.OfBackupAsync($"b{n}"), default)).Select(row =>
                        row.Id
                    )
                );
            }
            foreach (Sharing gone in given.Values.Where(row => !rows.Contains(row.Id)).ToArray())
            {
                Assert.False(IsLive(gone));
                given.Remove((gone.BackupId, gone.ToProjectId));
                actions.Add(AuditAction.SharingExpired);
            }
        }

        private void Forget(string backup)
        {
            foreach ((string, string To) key in given.Keys.Where(key => key.Backup == backup).ToArray())
            {
                actions.Add(IsLive(given[key]) ? AuditAction.CancelSharing : AuditAction.SharingExpired);
                given.Remove(key);
            }
        }

        private Task WithSharingAsync(Func<Sharing, Task> act) =>
            given.Count == 0 ? Task.CompletedTask : act(given.Values.ElementAt(random.Next(given.Count)));

        private IEnumerable<Sharing> Live(string backup) =>
            given.Values.Where(row => row.BackupId == backup && IsLive(row));

        private bool IsLive(Sharing row) => row.ExpiresAt is not { } end || end > Now;

        private static Caller Of(string project) => CoreFixture.Of(project, "member", "reader");

        private static async Task GoneAsync(Task call) =>
            Assert.Equal(ServiceErrorKind.NotFound, (await Assert.ThrowsAsync<ServiceError>(() => call)).Kind);
    }
}
