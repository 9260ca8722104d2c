using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class BackupServiceTests : IAsyncLifetime
{
    private static readonly Caller Member = CoreFixture.Member;
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() =>
        core = await CoreFixture.MakeAsync(
            Rows.Share("s1"),
            Rows.Share("public") with
            {
                ProjectId = Rows.Stranger,
                IsPublic = true,
            },
            Rows.Share("foreign") with
            {
                ProjectId = Rows.Stranger,
            }
        );

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Creating_takes_the_share_and_queues_the_operation()
    {
        Backup made = await CreateAsync("s1");
        Assert.Equal(made, await core.Catalog.BackupAsync(made.Id));
        Assert.Equal(BackupStatus.Creating, made.Status);
        Assert.Equal(("manila-data", null, null), (made.Topic, made.Host, made.BackupType));
        Assert.Null(made.UpdatedAt);
        Assert.Equal(ShareStatus.BackupCreating, (await core.Catalog.ShareAsync("s1"))!.Status);
        Operation operation = Assert.Single(await core.QueuedAsync());
        Assert.Equal(
            (OperationKind.CreateBackup, made.Id, "s1", "local", Member.RequestId),
            (operation.Kind, operation.BackupId, operation.ShareId, operation.Root, operation.RequestId)
        );
    }

    [Fact]
    public async Task Options_make_it_a_driver_backup()
    {
        NewBackup request = new("s1", null, null, "{\"dummy\":true}", "weekly");
        Backup made = await core.Backups.CreateAsync(Member, request, default);
        Assert.Equal(("manila-share", "node1@holdfast", "weekly"), (made.Topic, made.Host, made.BackupType));
    }

    [Fact]
    public async Task A_backup_belongs_to_whoever_made_it()
    {
        Backup made = await CreateAsync("public");
        Assert.Equal(Rows.Project, made.ProjectId);
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "No backup exists with ID",
            () => core.Backups.GetAsync(CoreFixture.Stranger, made.Id, default)
        );
        Assert.Equal(made.Id, (await core.Backups.GetAsync(CoreFixture.Admin, made.Id, default)).Id);
    }

    [Theory]
    [InlineData("foreign")]
    [InlineData("missing")]
    [InlineData("")]
    public Task An_unreadable_share_cannot_be_backed_up(string id) =>
        RefusesAsync(ServiceErrorKind.Invalid, $"No share exists with ID {id}.", () => CreateAsync(id));

    [Theory]
    [InlineData("error")]
    [InlineData("backup_creating")]
    [InlineData("backup_restoring_error")]
    public async Task Only_an_available_share_can_be_backed_up(string status)
    {
        await SetShareAsync("s1", status);
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            $"Share s1 is in '{status}' state, but it must be in 'available' state to create a backup.",
            () => CreateAsync("s1")
        );
        Assert.Empty(await core.QueuedAsync());
    }

    [Fact]
    public async Task A_second_backup_waits_for_the_first()
    {
        await CreateAsync("s1");
        await RefusesAsync(ServiceErrorKind.Invalid, "'backup_creating' state", () => CreateAsync("s1"));
    }

    [Fact]
    public async Task A_busy_share_is_a_conflict_before_its_status_is_looked_at()
    {
        await core.Catalog.AddSharesAsync(
            Rows.Share("busy", ShareStatus.Error) with
            {
                TaskState = "data_copying_starting",
            }
        );
        await RefusesAsync(
            ServiceErrorKind.Conflict,
            "Share is busy with an active task: "
                + "Share busy is busy as part of an active task: data_copying_starting.",
            () => CreateAsync("busy")
        );
    }

    [Fact]
    public async Task Only_nfs_is_backed_up_without_options()
    {
        await core.Catalog.AddSharesAsync(Rows.Share("smb") with { Protocol = "CIFS" });
        await RefusesAsync(ServiceErrorKind.Invalid, "protocols: ['NFS'].", () => CreateAsync("smb"));
        await core.Backups.CreateAsync(Member, new("smb", null, null, "{\"a\":1}", null), default);
    }

    [Fact]
    public async Task A_driver_backup_keeps_the_type_of_the_newest()
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1") with { Options = "{}", BackupType = "old" });
        NewBackup other = new("s1", null, null, "{\"backup_type\":\"new\"}", "new");
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "has existing backups with backup_type: 'old'",
            () => core.Backups.CreateAsync(Member, other, default)
        );
        await core.Backups.CreateAsync(Member, other with { BackupType = "old" }, default);
    }

    [Fact]
    public async Task Another_projects_backups_of_a_share_do_not_bind_the_type()
    {
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                ProjectId = Rows.Stranger,
                Options = "{}",
                BackupType = "old",
            }
        );
        NewBackup other = new("s1", null, null, "{\"backup_type\":\"new\"}", "new");
        Assert.Equal("new", (await core.Backups.CreateAsync(Member, other, default)).BackupType);
    }

    [Theory]
    [InlineData(256, 0, 0)]
    [InlineData(0, 256, 0)]
    [InlineData(0, 0, 33)]
    public Task Long_texts_are_refused(int name, int description, int type) =>
        RefusesAsync(
            ServiceErrorKind.Invalid,
            "has more than",
            () =>
                core.Backups.CreateAsync(
                    Member,
                    new("s1", new('n', name), new('d', description), "{}", new('t', type)),
                    default
                )
        );

    [Fact]
    public async Task Permission_comes_before_state()
    {
        Task Forbidden(Func<Task> call) => RefusesAsync(ServiceErrorKind.Forbidden, "Access was denied", call);
        await Forbidden(() => core.Backups.CreateAsync(CoreFixture.Reader, new("no", null, null, null, null), default));
        await Forbidden(() => core.Backups.DeleteAsync(CoreFixture.Reader, "no", default));
        await Forbidden(() => core.Backups.RestoreAsync(CoreFixture.Reader, "no", null, false, default));
        await Forbidden(() => core.Backups.UpdateAsync(CoreFixture.Reader, "no", new(true, "x", false, null), default));
        await Forbidden(() => core.Backups.ResetStatusAsync(Member, "no", "error", default));
        await Forbidden(() => core.Backups.GetAsync(CoreFixture.Nobody, "no", default));
        await Forbidden(() => core.Backups.ListAsync(CoreFixture.Nobody, new(), default));
        await Forbidden(() => core.Backups.GetAsync(CoreFixture.Of("", "member", "reader"), "no", default));
    }

    [Fact]
    public async Task Updating_changes_what_is_named_and_clears_with_null()
    {
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1", BackupStatus.Error) with
            {
                Name = "n",
                Description = "d",
            }
        );
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Backup changed = await core.Backups.UpdateAsync(Member, "b1", new(true, "new", false, null), default);
        Assert.Equal(("new", "d"), (changed.Name, changed.Description));
        Assert.Equal(Rows.Start.AddSeconds(1), changed.UpdatedAt);
        changed = await core.Backups.UpdateAsync(Member, "b1", new(false, null, true, null), default);
        Assert.Equal(("new", null), (changed.Name, changed.Description));
        Assert.Equal(changed, await core.Catalog.BackupAsync("b1"));
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "No backup exists with ID b1.",
            () => core.Backups.UpdateAsync(CoreFixture.Stranger, "b1", new(true, "x", false, null), default)
        );
    }

    [Theory]
    [InlineData("available", true)]
    [InlineData("error", true)]
    [InlineData("error_deleting", true)]
    [InlineData("creating", false)]
    [InlineData("restoring", false)]
    [InlineData("deleting", false)]
    [InlineData("migrating", false)]
    public async Task Only_a_backup_at_rest_is_deleted(string status, bool accepted)
    {
        await core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1", status));
        if (accepted)
        {
            await core.Backups.DeleteAsync(Member, "b1", default);
            Assert.Equal(BackupStatus.Deleting, (await core.Catalog.BackupAsync("b1"))!.Status);
            Assert.Equal(OperationKind.DeleteBackup, Assert.Single(await core.QueuedAsync()).Kind);
        }
        else
        {
            await RefusesAsync(
                ServiceErrorKind.Invalid,
                "Invalid backup: Backup b1 status must be available or error.",
                () => core.Backups.DeleteAsync(Member, "b1", default)
            );
        }
    }

    [Fact]
    public async Task Restoring_takes_backup_and_target()
    {
        await AddRestorableAsync();
        Assert.Equal("s1", await core.Backups.RestoreAsync(Member, "b1", null, sourceOnly: true, default));
        Assert.Equal(BackupStatus.Restoring, (await core.Catalog.BackupAsync("b1"))!.Status);
        Share target = (await core.Catalog.ShareAsync("s1"))!;
        Assert.Equal((ShareStatus.BackupRestoring, "b1"), (target.Status, target.SourceBackupId));
        Operation operation = Assert.Single(await core.QueuedAsync());
        Assert.Equal(
            (OperationKind.RestoreBackup, "b1", "s1", "available"),
            (operation.Kind, operation.BackupId, operation.ShareId, operation.StatusBefore)
        );
    }

    [Fact]
    public async Task A_share_left_half_restored_accepts_a_new_restore()
    {
        await AddRestorableAsync();
        await SetShareAsync("s1", ShareStatus.BackupRestoringError);
        await core.Backups.RestoreAsync(Member, "b1", "s1", sourceOnly: false, default);
    }

    [Fact]
    public async Task Every_precondition_of_a_restore()
    {
        await AddRestorableAsync();
        await core.Catalog.AddSharesAsync(Rows.Share("small"), Rows.Share("other") with { Size = 5 });
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("big", "s1") with
            {
                Size = 2,
                SnapshotId = Snapshot,
            },
            Rows.Backup("empty", "s1"),
            Rows.Backup("busy", "s1", BackupStatus.Creating)
        );
        Func<Task> Restore(string backup, string? target, bool sourceOnly = false) =>
            () => core.Backups.RestoreAsync(Member, backup, target, sourceOnly, default);

        await RefusesAsync(ServiceErrorKind.NotFound, "No backup exists with ID none.", Restore("none", null));
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "needs API version 2.91",
            Restore("b1", "other", sourceOnly: true)
        );
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "Invalid backup: Backup busy status must be available.",
            Restore("busy", null)
        );
        await RefusesAsync(ServiceErrorKind.Invalid, "Backup empty has no data", Restore("empty", null));
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "NotFound: Resource could not be found.",
            Restore("b1", "foreign")
        );
        await RefusesAsync(ServiceErrorKind.NotFound, "NotFound: Resource could not be found.", Restore("b1", "none"));
        await RefusesAsync(ServiceErrorKind.Forbidden, "Access was denied", Restore("b1", "public"));
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "Invalid share: Share size 1 is too small to restore backup of size 2.",
            Restore("big", "small")
        );
        await SetShareAsync("other", ShareStatus.Error);
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "Invalid share: Share to be restored to must be available.",
            Restore("b1", "other")
        );
        Assert.Empty(await core.QueuedAsync());
        await SetShareAsync("other", ShareStatus.Available);
        await Restore("big", "other")();
    }

    [Fact]
    public async Task Resetting_ends_the_operation_and_frees_the_share()
    {
        Backup made = await CreateAsync("s1");
        Operation claimed = (await core.ClaimAsync())!;
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, made.Id, "migrating", default);
        Assert.Equal("migrating", (await core.Catalog.BackupAsync(made.Id))!.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
        Assert.False(await core.Queue.SucceedAsync(claimed, (_, _) => Task.CompletedTask, default));
        Assert.DoesNotContain(await core.QueuedAsync(), queued => queued.BackupId == made.Id);
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "The resource could not be found.",
            () => core.Backups.ResetStatusAsync(CoreFixture.Admin, "none", "error", default)
        );
    }

    [Fact]
    public async Task Resetting_a_running_restore_leaves_its_target_marked()
    {
        await AddRestorableAsync();
        await core.Backups.RestoreAsync(Member, "b1", null, false, default);
        await core.ClaimAsync();
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, "b1", "available", default);
        Assert.Equal(ShareStatus.BackupRestoringError, (await core.Catalog.ShareAsync("s1"))!.Status);
    }

    [Fact]
    public async Task Resetting_a_restore_that_never_began_gives_the_target_back_as_it_was()
    {
        await AddRestorableAsync();
        await core.Backups.RestoreAsync(Member, "b1", null, false, default);
        await core.Backups.ResetStatusAsync(CoreFixture.Admin, "b1", "available", default);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync("s1"))!.Status);
    }

    [Fact]
    public async Task Lists_are_the_callers_and_admins_may_ask_for_all()
    {
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1"),
            Rows.Backup("b2", "public") with
            {
                ProjectId = Rows.Stranger,
                Host = "h",
            }
        );
        Assert.Equal(["b1"], await ListAsync(Member, new() { AllProjects = true }));
        Assert.Empty(await ListAsync(CoreFixture.Admin, new()));
        Assert.Equal(["b2", "b1"], await ListAsync(CoreFixture.Admin, new() { AllProjects = true }));
        Assert.Equal(["b2"], await ListAsync(CoreFixture.Admin, new() { AllProjects = true, Host = "h" }));
        Assert.Equal(["b1"], await ListAsync(Member, new() { Host = "h", Id = "b2" }));
    }

    [Fact]
    public async Task A_lists_share_must_be_readable()
    {
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "No share exists with ID foreign.",
            () => ListAsync(Member, new() { ShareId = "foreign" })
        );
        Assert.Empty(await ListAsync(Member, new() { ShareId = "" }));
        Assert.Empty(await ListAsync(Member, new() { ShareId = "public" }));
    }

    [Theory]
    [InlineData("bogus", null)]
    [InlineData("created_at", "sideways")]
    public Task Wrong_sorting_is_refused(string key, string? direction) =>
        RefusesAsync(
            ServiceErrorKind.Invalid,
            $"Invalid input received: Wrong sorting data provided: sort key is '{key}'",
            () => ListAsync(Member, new() { Page = new(SortKey: key, SortDirection: direction) })
        );

    [Fact]
    public async Task A_long_list_is_streamed_whole_and_in_order_by_every_key()
    {
        string longStart = new string('r', 254) + "😀";
        Backup[] rows =
        [
            .. Enumerable
                .Range(0, 1203)
                .Select(n =>
                    Rows.Backup($"b{n:0000}", "s1") with
                    {
                        Name = n % 3 == 0 ? null : $"n{n % 7}",
                        Progress = n % 101,
                        UpdatedAt = n % 2 == 0 ? null : Rows.Start.AddSeconds(n % 5),
                        // Most are alike in what the index has of them, whose last character is of two UTF-16 units.
                        FailReason = n % 3 == 0 ? null : $"{longStart}{n % 5}",
                    }
                ),
        ];
        await core.Catalog.AddBackupsAsync(rows);
        string[] keys =
        [
            "id",
            "status",
            "size",
            "host",
            "topic",
            "share_id",
            "project_id",
            "user_id",
            "created_at",
            "updated_at",
            "name",
            "display_description",
            "progress",
            "restore_progress",
            "backup_type",
            "availability_zone",
            "fail_reason",
        ];
        foreach (string key in keys)
        {
            IReadOnlyList<string> down = await ListAsync(Member, new() { Page = new(SortKey: key) });
            IReadOnlyList<string> up = await ListAsync(
                Member,
                new() { Page = new(SortKey: key, SortDirection: "ASC") }
            );
            Assert.Equal(1203, down.Distinct().Count());
            Assert.Equal(up, down.Reverse());
            IReadOnlyList<string> rest = await ListAsync(Member, new() { Page = new(SortKey: key, Marker: down[700]) });
            Assert.Equal(down.Skip(701), rest);
            IReadOnlyList<string> part = await ListAsync(Member, new() { Page = new(600, 300, SortKey: key) });
            Assert.Equal(down.Skip(300).Take(600), part);
        }
        Assert.Empty(await ListAsync(Member, new() { Page = new(0) }));
        Assert.Equal(1203, (await ListAsync(Member, new() { Page = new(Marker: "unknown") })).Count);
    }

    private const string Snapshot = "00000000000000000000000000000000000000000000000000000000000000aa";

    private Task AddRestorableAsync() =>
        core.Catalog.AddBackupsAsync(Rows.Backup("b1", "s1") with { SnapshotId = Snapshot });

    private Task<Backup> CreateAsync(string share) =>
        core.Backups.CreateAsync(Member, new(share, "name", null, null, null), default);

    private Task<bool> SetShareAsync(string id, string status) =>
        core.Catalog.WriteAsync(s => s.Shares.SetStatusAsync(id, null, status, Rows.Start), default);

    private async Task<IReadOnlyList<string>> ListAsync(Caller caller, BackupQuery query)
    {
        List<string> ids = [];
        await foreach (Backup row in await core.Backups.ListAsync(caller, query, default))
        {
            ids.Add(row.Id);
        }
        return ids;
    }

    private static async Task RefusesAsync(ServiceErrorKind kind, string message, Func<Task> call)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(call);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
