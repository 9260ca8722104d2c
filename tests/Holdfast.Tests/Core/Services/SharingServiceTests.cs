using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>Who may share what with whom, how it ends, and what the owner's audit trail says of it.</summary>
public sealed class SharingServiceTests : IAsyncLifetime
{
    private static readonly Caller Owner = CoreFixture.Member;
    private static readonly Caller Recipient = CoreFixture.Stranger;
    private static readonly Caller Third = CoreFixture.Of(Project(99), "member", "reader");

    private CoreFixture core = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync(Rows.Share("s1"));
        await core.Catalog.AddBackupsAsync(WithData("b1"), WithData("b2"));
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Sharing_gives_a_row_for_each_recipient_in_the_order_of_the_request_each_once()
    {
        IReadOnlyList<Sharing> rows = await ShareAsync("b1", Project(2), Project(1), Project(2));
        Assert.Equal([Project(2), Project(1)], rows.Select(row => row.ToProjectId));
        Assert.All(
            rows,
            row =>
                Assert.Equal(
                    ("b1", Rows.Project, SharingState.Accepted, Rows.Start, null, null),
                    (row.BackupId, row.FromProjectId, row.State, row.CreatedAt, row.UpdatedAt, row.ExpiresAt)
                )
        );
        Assert.Equal(rows.Select(row => row.Id).Order(), (await LiveAsync("b1")).Select(row => row.Id).Order());
    }

    [Fact]
    public async Task A_recipient_who_has_it_keeps_the_row()
    {
        Sharing first = Assert.Single(await ShareAsync("b1", Project(1)));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        IReadOnlyList<Sharing> again = await ShareAsync("b1", Project(2), Project(1));
        Assert.Equal(first, again[1]);
        Assert.Equal(2, (await LiveAsync("b1")).Count);
        Assert.Equal(2, (await core.Catalog.AuditAsync()).Count(entry => entry.Action == AuditAction.ShareBackup));
    }

    [Fact]
    public async Task A_new_end_replaces_the_old_one()
    {
        DateTimeOffset end = Rows.Start.AddDays(2);
        await core.Sharings.ShareAsync(Owner, new("b1", [Project(1)], ExpiresAt: Rows.Start.AddDays(1)), default);
        Sharing longer = Assert.Single(
            await core.Sharings.ShareAsync(Owner, new("b1", [Project(1)], ExpiresAt: end), default)
        );
        Assert.Equal((end, Rows.Start), (longer.ExpiresAt, longer.UpdatedAt));
        Assert.Equal(longer, Assert.Single(await LiveAsync("b1")));
    }

    [Theory]
    [InlineData()]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("01234567890123456789012345678901")]
    [InlineData("0123456789abcdef0123456789abcde-")]
    [InlineData("0123456789abcdef0123456789abcdé0")]
    [InlineData("0b0000000000000000000000000000bb", "no project")]
    [InlineData(Rows.Project)]
    [InlineData("0b0000000000000000000000000000bb", Rows.Project)]
    public async Task Recipients_that_cannot_be_are_refused_and_nothing_is_stored(params string[] projects)
    {
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b1", projects));
        Assert.Empty(await LiveAsync("b1"));
        Assert.Empty(await core.Catalog.AuditAsync());
    }

    [Fact]
    public async Task Ten_recipients_and_no_more_all_or_nothing()
    {
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b1", Projects(0, 11)));
        Assert.Empty(await LiveAsync("b1"));
        await ShareAsync("b1", Projects(0, 8));
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b1", Projects(7, 4)));
        Assert.Equal(8, (await LiveAsync("b1")).Count);
        // Two more, beside eight that have it.
        await ShareAsync("b1", Projects(0, 10));
        Assert.Equal(10, (await LiveAsync("b1")).Count);
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b1", Project(10)));
        await ShareAsync("b2", Project(10));
    }

    [Fact]
    public async Task The_place_of_one_that_ended_is_free()
    {
        await core.Sharings.ShareAsync(Owner, new("b1", Projects(0, 9), ExpiresAt: Rows.Start.AddHours(1)), default);
        Sharing tenth = Assert.Single(await ShareAsync("b1", Project(9)));
        await core.Sharings.CancelAsync(Owner, tenth.Id, unaccepted: true, default);
        await ShareAsync("b1", Project(10));
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b1", Project(11)));

        core.Time.Advance(TimeSpan.FromHours(1));
        await ShareAsync("b1", Projects(11, 9));
        Assert.Equal(10, (await LiveAsync("b1")).Count);
        Assert.Equal(9, (await core.Catalog.AuditAsync()).Count(entry => entry.Action == AuditAction.SharingExpired));
    }

    [Fact]
    public async Task Twenty_who_share_at_once_never_make_it_more_than_ten()
    {
        ServiceError?[] refusals = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(n =>
                    Task.Run(async () =>
                    {
                        try
                        {
                            await ShareAsync("b1", Project(n));
                            return null;
                        }
                        catch (ServiceError error)
                        {
                            return error;
                        }
                    })
                )
        );
        Assert.Equal(10, refusals.Count(error => error is null));
        Assert.Equal(10, (await LiveAsync("b1")).Count);
        Assert.Equal(10, (await core.Catalog.AuditAsync()).Count);
    }

    [Fact]
    public async Task The_same_recipient_twenty_times_at_once_is_one_row()
    {
        IReadOnlyList<Sharing>[] rows = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => ShareAsync("b1", Project(1))))
        );
        Assert.Single(rows.Select(row => Assert.Single(row).Id).Distinct());
        Assert.Single(await core.Catalog.AuditAsync());
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Restoring)]
    [InlineData(BackupStatus.Deleting)]
    public async Task Only_an_available_backup_is_shared(string status)
    {
        await core.Catalog.AddBackupsAsync(WithData("b3") with { Status = status });
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b3", Project(1)));
    }

    [Fact]
    public async Task A_backup_without_data_is_not_shared()
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b3", "s1"));
        await RefusesAsync(ServiceErrorKind.Invalid, () => ShareAsync("b3", Project(1)));
    }

    [Fact]
    public async Task Only_its_owner_shares_a_backup_and_a_recipient_passes_nothing_on()
    {
        await ShareAsync("b1", Recipient.ProjectId);
        foreach (Caller caller in new[] { Recipient, Third, CoreFixture.Admin })
        {
            await RefusesAsync(
                ServiceErrorKind.NotFound,
                () => core.Sharings.ShareAsync(caller, new("b1", [Project(1)]), default)
            );
        }
        await RefusesAsync(ServiceErrorKind.NotFound, () => ShareAsync("none", Project(1)));
        await RefusesAsync(
            ServiceErrorKind.Forbidden,
            () => core.Sharings.ShareAsync(CoreFixture.Reader, new("b1", [Project(1)]), default)
        );
    }

    [Fact]
    public async Task An_end_in_the_past_is_refused() =>
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            () => core.Sharings.ShareAsync(Owner, new("b1", [Project(1)], ExpiresAt: Rows.Start), default)
        );

    [Fact]
    public async Task An_end_counts_at_its_very_moment()
    {
        DateTimeOffset end = Rows.Start.AddSeconds(1);
        Sharing sharing = Assert.Single(
            await core.Sharings.ShareAsync(Owner, new("b1", [Recipient.ProjectId], ExpiresAt: end), default)
        );
        core.Time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));
        await core.Backups.GetAsync(Recipient, "b1", default);
        Assert.Equal(1, await core.Sharings.CountAsync(Owner, new(), default));

        core.Time.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal(0, await core.Sharings.CountAsync(Owner, new(), default));
        Assert.Equal(0, await core.Sharings.CountAsync(Recipient, new() { Received = true }, default));
        await GoneAsync(() => core.Backups.GetAsync(Recipient, "b1", default));
        await GoneAsync(() => core.Sharings.GetAsync(Owner, sharing.Id, unaccepted: true, default));
        await GoneAsync(() => core.Sharings.CancelAsync(Owner, sharing.Id, unaccepted: true, default));
        await GoneAsync(() => core.Sharings.LeaveAsync(Recipient, sharing.Id, default));
    }

    [Fact]
    public async Task An_offer_counts_once_it_is_accepted_and_until_it_is_rejected()
    {
        Sharing offer = Assert.Single(
            await core.Sharings.ShareAsync(Owner, new("b1", [Recipient.ProjectId], MustAccept: true), default)
        );
        Assert.Equal(SharingState.Pending, offer.State);
        await HasAsync(false);
        await GoneAsync(() => core.Sharings.GetAsync(Recipient, offer.Id, unaccepted: false, default));
        Assert.Equal(offer, (await core.Sharings.GetAsync(Recipient, offer.Id, unaccepted: true, default)).Sharing);

        core.Time.Advance(TimeSpan.FromMinutes(1));
        Sharing accepted = await core.Sharings.AnswerAsync(Recipient, offer.Id, accept: true, default);
        Assert.Equal((SharingState.Accepted, core.Time.GetUtcNow()), (accepted.State, accepted.UpdatedAt));
        await HasAsync(true);
        await core.Sharings.AnswerAsync(Recipient, offer.Id, accept: false, default);
        await HasAsync(false);
        // Offered anew, it has to be accepted again, whether or not the request asks for that.
        core.Time.Advance(TimeSpan.FromMinutes(11));
        Sharing again = Assert.Single(await ShareAsync("b1", Recipient.ProjectId));
        Assert.Equal((offer.Id, SharingState.Pending), (again.Id, again.State));
        await HasAsync(false);
        await core.Sharings.AnswerAsync(Recipient, offer.Id, accept: true, default);
        await HasAsync(true);
        Assert.Equal(
            ["sharing.accept", "sharing.reject", "sharing.create", "sharing.accept"],
            (await core.Catalog.AuditAsync())
                .Select(entry => entry.Action)
                .Where(action => action != AuditAction.LookAtBackup)
                .Skip(1)
        );

        async Task HasAsync(bool usable)
        {
            Assert.Equal(usable ? 1 : 0, await core.Sharings.CountAsync(Recipient, new() { Received = true }, default));
            if (usable)
            {
                Assert.Equal("b1", (await core.Backups.GetAsync(Recipient, "b1", default)).Id);
            }
            else
            {
                await GoneAsync(() => core.Backups.GetAsync(Recipient, "b1", default));
            }
        }
    }

    [Fact]
    public async Task Only_the_recipient_answers_or_leaves_and_only_the_owner_cancels()
    {
        Sharing sharing = Assert.Single(await ShareAsync("b1", Recipient.ProjectId));
        Task Answer(Caller caller) => core.Sharings.AnswerAsync(caller, sharing.Id, true, default);
        Task Leave(Caller caller) => core.Sharings.LeaveAsync(caller, sharing.Id, default);
        Task Cancel(Caller caller) => core.Sharings.CancelAsync(caller, sharing.Id, unaccepted: true, default);
        Task CancelAll(Caller caller) => core.Sharings.CancelAllAsync(caller, "b1", default);

        await RefusesAsync(ServiceErrorKind.Forbidden, () => Answer(Owner));
        await RefusesAsync(ServiceErrorKind.Forbidden, () => Leave(Owner));
        await RefusesAsync(ServiceErrorKind.Forbidden, () => Cancel(Recipient));
        await RefusesAsync(ServiceErrorKind.Forbidden, () => CancelAll(Recipient));
        foreach (Func<Caller, Task> call in new[] { Answer, Leave, Cancel, CancelAll })
        {
            await GoneAsync(() => call(Third));
        }
        await GoneAsync(() => core.Sharings.GetAsync(Third, sharing.Id, unaccepted: true, default));
        Assert.Equal(sharing, Assert.Single(await LiveAsync("b1")));

        await Leave(Recipient);
        Assert.Empty(await LiveAsync("b1"));
        await GoneAsync(() => Leave(Recipient));
    }

    [Fact]
    public async Task Deleting_a_backup_ends_its_sharings_in_the_same_transaction()
    {
        await ShareAsync("b1", Recipient.ProjectId, Third.ProjectId);
        await core.Backups.DeleteAsync(Owner, "b1", default);
        Assert.Empty(await LiveAsync("b1"));
        await GoneAsync(() => core.Backups.GetAsync(Recipient, "b1", default));
        Assert.Equal(2, (await core.Catalog.AuditAsync()).Count(entry => entry.Action == AuditAction.CancelSharing));
    }

    [Fact]
    public async Task Cancelling_all_of_a_backup_without_any_is_done()
    {
        await core.Sharings.CancelAllAsync(Owner, "b1", default);
        await ShareAsync("b1", Project(1), Project(2));
        await core.Sharings.CancelAllAsync(Owner, "b1", default);
        Assert.Empty(await LiveAsync("b1"));
        // Whoever had it may get it again.
        await ShareAsync("b1", Project(1));
    }

    [Fact]
    public async Task The_owners_trail_says_who_did_what_when_and_from_where()
    {
        Caller recipient = Recipient with { Address = "192.0.2.7", RequestId = "req-7" };
        Sharing sharing = Assert.Single(await ShareAsync("b1", Recipient.ProjectId));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await core.Backups.GetAsync(recipient, "b1", default);
        await core.Catalog.AddSharesAsync(Rows.Share("t") with { ProjectId = Recipient.ProjectId });
        await core.Backups.RestoreAsync(recipient, "b1", "t", sourceOnly: false, default);
        await core.Sharings.LeaveAsync(recipient, sharing.Id, default);

        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Equal(
            ["sharing.create", "sharing.look", "sharing.restore", "sharing.leave"],
            trail.Select(entry => entry.Action)
        );
        Assert.All(
            trail,
            entry => Assert.Equal((Rows.Project, sharing.Id, "b1"), (entry.ProjectId, entry.ObjectId, entry.BackupId))
        );
        Assert.Equal(
            $$"""{"to_project_id":"{{Recipient.ProjectId}}","state":"accepted","expires_at":null}""",
            trail[0].Details
        );
        Assert.All(trail.Skip(1), entry => Assert.Equal(With(Recipient.ProjectId), entry.Details));
        Assert.All(
            trail.Skip(1),
            entry =>
                Assert.Equal(
                    ("user", Recipient.ProjectId, "192.0.2.7", "req-7", Rows.Start.AddMinutes(1)),
                    (entry.Actor, entry.ActorProjectId, entry.Address, entry.RequestId, entry.At)
                )
        );
    }

    [Fact]
    public async Task Looks_of_a_user_within_ten_minutes_are_one_and_the_owners_are_none()
    {
        Sharing sharing = Assert.Single(await ShareAsync("b1", Recipient.ProjectId));
        foreach (int _ in Enumerable.Range(0, 3))
        {
            await core.Backups.GetAsync(Owner, "b1", default);
            await core.Backups.GetAsync(Recipient, "b1", default);
            await core.Sharings.GetAsync(Recipient, sharing.Id, unaccepted: true, default);
            await core.Sharings.ListAsync(Recipient, new() { Received = true }, default);
        }
        Assert.Equal(1, await LooksAsync());
        await core.Backups.GetAsync(Recipient with { UserId = "another" }, "b1", default);
        Assert.Equal(2, await LooksAsync());
        core.Time.Advance(TimeSpan.FromMinutes(11));
        await core.Backups.GetAsync(Recipient, "b1", default);
        Assert.Equal(3, await LooksAsync());
    }

    [Fact]
    public async Task Looks_of_a_user_at_once_are_one()
    {
        await ShareAsync("b1", Recipient.ProjectId);
        await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => Task.Run(() => core.Backups.GetAsync(Recipient, "b1", default)))
        );
        Assert.Equal(1, await LooksAsync());
    }

    [Fact]
    public async Task Answers_that_go_to_and_fro_are_one_entry_each()
    {
        Sharing sharing = Assert.Single(await ShareAsync("b1", Recipient.ProjectId));
        for (int n = 0; n < 20; n++)
        {
            bool accept = n % 2 == 1;
            Sharing changed = await core.Sharings.AnswerAsync(Recipient, sharing.Id, accept, default);
            Assert.Equal(accept ? SharingState.Accepted : SharingState.Rejected, changed.State);
        }
        Assert.Equal(["sharing.create", "sharing.reject", "sharing.accept"], await ActionsAsync());
        core.Time.Advance(TimeSpan.FromMinutes(11));
        await core.Sharings.AnswerAsync(Recipient, sharing.Id, accept: false, default);
        await core.Sharings.AnswerAsync(Recipient with { UserId = "another" }, sharing.Id, accept: true, default);
        Assert.Equal(["sharing.reject", "sharing.accept"], (await ActionsAsync()).Skip(3));
    }

    [Fact]
    public async Task The_trail_says_with_whom_and_on_which_terms_and_how_it_ended()
    {
        string[] to = Projects(1, 5);
        DateTimeOffset end = Rows.Start.AddHours(1);
        Sharing[] rows =
        [
            .. await core.Sharings.ShareAsync(
                Owner,
                new("b1", to[..4], MustAccept: true, ExpiresAt: end.AddDays(1)),
                default
            ),
            .. await core.Sharings.ShareAsync(Owner, new("b1", to[4..], ExpiresAt: end), default),
        ];
        await core.Sharings.CancelAsync(Owner, rows[0].Id, unaccepted: true, default);
        await core.Sharings.AnswerAsync(Of(to[1]), rows[1].Id, accept: true, default);
        await core.Sharings.AnswerAsync(Of(to[2]), rows[2].Id, accept: false, default);
        await core.Sharings.LeaveAsync(Of(to[3]), rows[3].Id, default);
        core.Time.Advance(TimeSpan.FromHours(1));
        await core.Sharings.CancelAllAsync(Owner, "b1", default);

        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Equal(
            [
                .. to[..4]
                    .Select(project =>
                        ("sharing.create", Terms(project, "pending", "2026-01-03T04:04:05.000000Z"), "user")
                    ),
                ("sharing.create", Terms(to[4], "accepted", "2026-01-02T04:04:05.000000Z"), "user"),
                ("sharing.cancel", With(to[0]), "user"),
                ("sharing.accept", With(to[1]), "user"),
                ("sharing.reject", With(to[2]), "user"),
                ("sharing.leave", With(to[3]), "user"),
                // Not the caller's to end.
                ("sharing.expire", With(to[4]), "service"),
            ],
            trail.SkipLast(2).Select(entry => (entry.Action, entry.Details!, entry.Actor))
        );
        // Of one moment, so in no order.
        Assert.Equal(
            [("sharing.cancel", With(to[1])), ("sharing.cancel", With(to[2]))],
            trail.TakeLast(2).Select(entry => (entry.Action, entry.Details!)).Order()
        );

        static string Terms(string project, string state, string end) =>
            $$"""{"to_project_id":"{{project}}","state":"{{state}}","expires_at":"{{end}}"}""";

        static Caller Of(string project) => CoreFixture.Of(project, "member", "reader");
    }

    [Fact]
    public async Task An_administrators_look_and_restore_are_in_the_owners_trail()
    {
        Caller admin = CoreFixture.Admin with { Address = "192.0.2.9", RequestId = "req-9" };
        await core.Backups.GetAsync(admin, "b1", default);
        await core.Backups.GetAsync(admin, "b1", default);
        await core.Backups.RestoreAsync(admin, "b1", null, sourceOnly: false, default);
        IReadOnlyList<AuditEntry> trail = await core.Catalog.AuditAsync();
        Assert.Equal(["backup.look", "backup.restore"], trail.Select(entry => entry.Action));
        Assert.All(
            trail,
            entry =>
                Assert.Equal(
                    (Rows.Project, "b1", "b1", "user", admin.ProjectId, "192.0.2.9", "req-9", null),
                    (
                        entry.ProjectId,
                        entry.ObjectId,
                        entry.BackupId,
                        entry.Actor,
                        entry.ActorProjectId,
                        entry.Address,
                        entry.RequestId,
                        entry.Details
                    )
                )
        );
    }

    [Fact]
    public async Task The_owners_own_look_and_restore_are_nobodys_news()
    {
        await core.Backups.GetAsync(Owner, "b1", default);
        await core.Backups.RestoreAsync(Owner, "b1", null, sourceOnly: false, default);
        Assert.Empty(await core.Catalog.AuditAsync());
    }

    private static string With(string project) => $$"""{"to_project_id":"{{project}}"}""";

    private async Task<string[]> ActionsAsync() => [.. (await core.Catalog.AuditAsync()).Select(entry => entry.Action)];

    private Task<IReadOnlyList<Sharing>> ShareAsync(string backup, params string[] projects) =>
        core.Sharings.ShareAsync(Owner, new NewSharing(backup, projects), default);

    private async Task<IReadOnlyList<Sharing>> LiveAsync(string backup) =>
        await core.Catalog.ReadAsync(session => session.Sharings.OfBackupAsync(backup), default);

    private async Task<int> LooksAsync() =>
        (await core.Catalog.AuditAsync()).Count(entry => entry.Action == AuditAction.LookAtBackup);

    private static Backup WithData(string id) => Rows.Backup(id, "s1") with { SnapshotId = new string('a', 64) };

    private static string Project(int n) => $"{n:d2}c{new string('0', 29)}";

    private static string[] Projects(int first, int count) => [.. Enumerable.Range(first, count).Select(Project)];

    private static Task GoneAsync(Func<Task> call) => RefusesAsync(ServiceErrorKind.NotFound, call);

    private static async Task RefusesAsync(ServiceErrorKind kind, Func<Task> call) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<ServiceError>(call)).Kind);
}
