using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Xunit;

namespace Holdfast.Testing.Core;

/// <summary>What every catalog must do. A database that does not pass this is not there.</summary>
public abstract class CatalogSuite : IAsyncLifetime
{
    private static readonly SortColumn<Backup> ByTime = new("created_at", row => row.CreatedAt);
    private static readonly SortColumn<Backup> ByName = new("coalesce(name, '')", row => row.Name ?? "");

    private ICatalog? opened;

    protected ICatalog Catalog => opened!;

    /// <summary>An empty catalog, not yet migrated.</summary>
    protected abstract Task<ICatalog> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        opened = await OpenAsync();
        await opened.MigrateAsync(CancellationToken.None);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Migrating_twice_changes_nothing()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        await Catalog.MigrateAsync(CancellationToken.None);
        Assert.NotNull(await Catalog.ShareAsync("s1"));
    }

    [Fact]
    public async Task A_share_is_as_old_as_its_projects_newest_good_backup_and_the_oldest_come_first()
    {
        await Catalog.AddSharesAsync(
            Rows.Share("s1"),
            Rows.Share("s2"),
            Rows.Share("s3"),
            Rows.Share("s4") with
            {
                ScheduledToBeDeletedAt = Rows.Start,
            },
            Rows.Share("s5")
        );
        await Catalog.AddBackupsAsync(
            Rows.Backup("a", "s1") with
            {
                CreatedAt = Rows.Start.AddHours(1),
            },
            Rows.Backup("b", "s1") with
            {
                CreatedAt = Rows.Start.AddHours(9),
            },
            Rows.Backup("c", "s1", BackupStatus.Error) with
            {
                CreatedAt = Rows.Start.AddHours(10),
            },
            Rows.Backup("d", "s2") with
            {
                CreatedAt = Rows.Start.AddHours(5),
                DataAt = Rows.Start.AddHours(4),
            },
            Rows.Backup("e", "s2") with
            {
                CreatedAt = Rows.Start.AddHours(8),
                ProjectId = Rows.Stranger,
            },
            Rows.Backup("f", "s3", BackupStatus.Creating),
            Rows.Backup("g", "s4"),
            Rows.Backup("h", "s5") with
            {
                CreatedAt = Rows.Start.AddHours(6),
            }
        );

        (IReadOnlyList<LastBackup> shares, long all) = await Catalog.ReadAsync(
            async session => (await session.Shares.LastBackupsAsync(2), await session.Shares.CountAsync()),
            default
        );

        Assert.Equal(["s2", "s5"], shares.Select(one => one.ShareId));
        Assert.Equal([Rows.Start.AddHours(4), Rows.Start.AddHours(6)], shares.Select(one => one.LastAt));
        Assert.All(shares, one => Assert.Equal((Rows.Project, 3), (one.ProjectId, one.InAll)));
        Assert.Equal(4, all);
    }

    [Fact]
    public async Task Of_a_share_the_last_backup_that_was_proven_is_told_beside_the_last_good_one()
    {
        string[] ids = ["read", "drilled", "neither", "damaged"];
        await Catalog.AddSharesAsync([.. ids.Select(id => Rows.Share(id))]);
        DateTimeOffset proven = Rows.Start.AddHours(2);
        foreach (string id in ids)
        {
            await Catalog.AddBackupsAsync(
                Rows.Backup($"{id}1", id) with
                {
                    CompletedAt = id == "neither" ? proven.AddTicks(10) : proven,
                },
                Rows.Backup($"{id}2", id) with
                {
                    CreatedAt = Rows.Start.AddHours(3),
                    RestoredAt = id == "drilled" ? Rows.Start.AddHours(4) : null,
                    CompletedAt = Rows.Start.AddHours(3),
                    Damage = id == "damaged" ? "why" : null,
                }
            );
        }
        await Catalog.WriteAsync(
            async session =>
            {
                await session.Repositories.AddAsync(Rows.Project, "id", Rows.Start);
                await session.Repositories.VerifiedAsync(Rows.Project, "{}", proven, Rows.Start.AddHours(5));
            },
            default
        );
        IReadOnlyList<LastBackup> shares = await Catalog.ReadAsync(
            session => session.Shares.LastBackupsAsync(9),
            default
        );
        DateTimeOffset late = Rows.Start.AddHours(3);
        Assert.Equal(
            [
                ("damaged", Rows.Start, (DateTimeOffset?)Rows.Start),
                ("drilled", late, late),
                ("neither", late, null),
                ("read", late, Rows.Start),
            ],
            shares
                .OrderBy(one => one.ShareId, StringComparer.Ordinal)
                .Select(one => (one.ShareId, one.LastAt, one.ProvenAt))
        );
    }

    [Fact]
    public async Task A_schedule_is_what_was_written_and_is_found_when_it_is_due()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"), Rows.Share("s2"));
        await Catalog.AddVolumesAsync(Rows.Volume("v1"));
        Schedule first = Rows.Schedule("c1", "s1") with
        {
            Name = "nightly",
            Retention = new Retention
            {
                KeepLast = 1,
                KeepYearly = 6,
                KeepWithin = "1y5m7d2h",
            },
            NextAt = Rows.Start.AddHours(1),
            LookAt = Rows.Start.AddHours(1),
            RetainAt = Rows.Start.AddHours(3),
        };
        Schedule second = Rows.Schedule("c2", "s2") with { LookAt = Rows.Start.AddHours(2), LastAt = Rows.Start };
        Schedule third = Rows.Schedule("c3", "") with { ShareId = null, VolumeId = "v1", Enabled = false };
        await WriteAllAsync([first, second, third], (session, one) => session.Schedules.AddAsync(one));
        await Catalog.ReadAsync(
            async session =>
            {
                Assert.Equal(first, await session.Schedules.FindAsync("c1"));
                Assert.Equal(third, await session.Schedules.FindAsync("c3"));
                Assert.Empty(await session.Schedules.DueAsync(Rows.Start, 10));
                Assert.Equal([first, second], await session.Schedules.DueAsync(Rows.Start.AddHours(2), 10));
                Assert.Equal([first], await session.Schedules.DueAsync(Rows.Start.AddHours(2), 1));
                Assert.Equal([first], await session.Schedules.ToRetainAsync(Rows.Start.AddHours(3), 10));
                Assert.Equal(1, await session.Schedules.CountOfSourceAsync(Rows.Project, "v1"));
                Assert.Equal(0, await session.Schedules.CountOfSourceAsync(Rows.Stranger, "v1"));
                RowOrder<Schedule> order = new(
                    new SortColumn<Schedule>("created_at", row => row.CreatedAt),
                    Descending: false
                );
                Assert.Equal([second], await session.Schedules.ListAsync(new() { ShareId = "s2" }, order));
                Assert.Equal([first, second, third], await session.Schedules.OfProjectAsync(Rows.Project));
                return true;
            },
            CancellationToken.None
        );

        // Whoever unmanages a share need not know of its schedules.
        await Catalog.WriteAsync(session => session.Shares.RemoveAsync("s1"), CancellationToken.None);
        Assert.Null(await Catalog.ReadAsync(session => session.Schedules.FindAsync("c1"), CancellationToken.None));
    }

    [Fact]
    public async Task A_schedule_looks_at_its_backups_when_one_of_them_has_come_while_it_is_enabled()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        Schedule on = Rows.Schedule("c1", "s1");
        Schedule off = Rows.Schedule("c2", "s1") with { Enabled = false };
        await WriteAllAsync([on, off], (session, one) => session.Schedules.AddAsync(one));
        Backup[] backups =
        [
            Rows.Backup("b1", "s1") with
            {
                ScheduleId = "c1",
            },
            Rows.Backup("b2", "s1") with
            {
                ScheduleId = "c2",
            },
            Rows.Backup("b3", "s1"),
        ];
        await Catalog.AddBackupsAsync(backups);
        await WriteAllAsync(backups, (session, one) => session.Schedules.RetainSoonAsync(one.Id, Rows.Start));
        IReadOnlyList<Schedule> found = await Catalog.ReadAsync(
            session => session.Schedules.ToRetainAsync(Rows.Start, 10),
            CancellationToken.None
        );
        Assert.Equal([on with { RetainAt = Rows.Start }], found);
        Assert.Equal(
            [backups[0]],
            await Catalog.ReadAsync(session => session.Backups.OfScheduleAsync("c1"), CancellationToken.None)
        );
    }

    [Fact]
    public async Task A_hold_is_found_by_its_backup_its_schedule_and_its_project_and_goes_with_the_backup()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        Backup backup = Rows.Backup("b1", "s1") with { ScheduleId = "c1" };
        await Catalog.AddBackupsAsync(backup);
        Hold over = Rows.Hold("h1", backup) with { ExpiresAt = Rows.Start };
        Hold stays = Rows.Hold("h2", backup) with { Reason = null };
        await WriteAllAsync([over, stays], (session, one) => session.Holds.AddAsync(one));
        await Catalog.ReadAsync(
            async session =>
            {
                Assert.Equal([over, stays], await session.Holds.OfBackupAsync("b1"));
                Assert.Equal([over, stays], await session.Holds.OfScheduleAsync("c1"));
                Assert.Empty(await session.Holds.OfScheduleAsync("c2"));
                Assert.Equal([stays], await session.Holds.OfProjectAsync(Rows.Project, Rows.Start));
                Assert.Empty(await session.Holds.OfProjectAsync(Rows.Stranger, Rows.Start));
                return true;
            },
            CancellationToken.None
        );
        Hold changed = stays with { ExpiresAt = Rows.Start.AddDays(1), UpdatedAt = Rows.Start };
        await Catalog.WriteAsync(session => session.Holds.SetAsync(changed), CancellationToken.None);
        Assert.Equal(
            changed,
            await Catalog.ReadAsync(session => session.Holds.FindAsync("h2"), CancellationToken.None)
        );
        await Catalog.WriteAsync(session => session.Backups.RemoveAsync("b1"), CancellationToken.None);
        Assert.Null(await Catalog.ReadAsync(session => session.Holds.FindAsync("h2"), CancellationToken.None));
    }

    [Fact]
    public async Task The_newest_good_backup_is_the_projects_newest_with_data()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        Backup good = Rows.Backup("b1", "s1") with { SnapshotId = new string('a', 64) };
        await Catalog.AddBackupsAsync(
            good,
            good with
            {
                Id = "b0",
                CreatedAt = Rows.Start.AddHours(-1),
            },
            Rows.Backup("b2", "s1", BackupStatus.Error) with
            {
                CreatedAt = Rows.Start.AddHours(1),
            },
            good with
            {
                Id = "b3",
                ProjectId = Rows.Stranger,
                CreatedAt = Rows.Start.AddHours(2),
            }
        );
        Task<Backup?> Newest(string source, bool ofVolume) =>
            Catalog.ReadAsync(
                session => session.Backups.NewestGoodAsync(Rows.Project, source, ofVolume),
                CancellationToken.None
            );
        Assert.Equal(good, await Newest("s1", ofVolume: false));
        Assert.Null(await Newest("s1", ofVolume: true));
    }

    private Task WriteAllAsync<T>(IEnumerable<T> rows, Func<ICatalogSession, T, Task> write) =>
        Catalog.WriteAsync(
            async session =>
            {
                foreach (T row in rows)
                {
                    await write(session, row);
                }
            },
            CancellationToken.None
        );

    [Fact]
    public async Task The_schema_is_told_to_be_the_newest()
    {
        SchemaVersion schema = await Catalog.SchemaAsync(CancellationToken.None);
        Assert.True(schema.Found > 0);
        Assert.Equal(schema.Known, schema.Found);
    }

    [Fact]
    public async Task Leases_that_are_held_are_found_by_the_beginning_of_their_names()
    {
        await Catalog.WriteAsync(
            async session =>
            {
                await session.Leases.TryTakeAsync("a:1", "x", Rows.Start, TimeSpan.FromMinutes(2));
                await session.Leases.TryTakeAsync("a:2", "x", Rows.Start, TimeSpan.FromMinutes(1));
                await session.Leases.TryTakeAsync("ab:1", "x", Rows.Start, TimeSpan.FromMinutes(2));
            },
            CancellationToken.None
        );
        Assert.Equal(
            ["a:1"],
            await Catalog.ReadAsync(
                session => session.Leases.HeldAsync("a:", Rows.Start.AddMinutes(1)),
                CancellationToken.None
            )
        );
    }

    [Fact]
    public async Task A_project_that_lost_its_data_has_backups_that_say_so()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        string snapshot = new('a', 64);
        await Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                SnapshotId = snapshot,
            },
            Rows.Backup("b2", "s1", BackupStatus.Deleting) with
            {
                SnapshotId = snapshot,
            },
            Rows.Backup("b3", "s1", BackupStatus.Creating),
            Rows.Backup("b4", "s1") with
            {
                ProjectId = Rows.Stranger,
                SnapshotId = snapshot,
            }
        );
        int lost = await Catalog.WriteAsync(
            session => session.Backups.LoseAllAsync(Rows.Project, "why", Rows.Start),
            CancellationToken.None
        );
        Assert.Equal(2, lost);
        Assert.Equal((BackupStatus.Error, null, "why"), await StateAsync("b1"));
        Assert.Equal((BackupStatus.Deleting, null, "why"), await StateAsync("b2"));
        Assert.Equal((BackupStatus.Creating, null, null), await StateAsync("b3"));
        Assert.Equal((BackupStatus.Available, snapshot, null), await StateAsync("b4"));

        async Task<(string, string?, string?)> StateAsync(string id)
        {
            Backup row = (await Catalog.BackupAsync(id))!;
            return (row.Status, row.SnapshotId, row.FailReason);
        }
    }

    [Fact]
    public async Task Operations_on_a_repository_are_those_that_work_on_it_or_may()
    {
        Operation[] rows =
        [
            Of("queued", OperationKind.Prune),
            Of("running", OperationKind.CreateBackup) with
            {
                Status = OperationStatus.Running,
            },
            Of("recipient's", OperationKind.RestoreBackup) with
            {
                ProjectId = Rows.Stranger,
                RepositoryProjectId = Rows.Project,
            },
            Of("pins", OperationKind.CreateVolume) with
            {
                PinnedSnapshotId = new string('a', 64),
            },
            Of("winding", OperationKind.Reap) with
            {
                Status = OperationStatus.Cancelled,
                LeaseUntil = Rows.Start.AddSeconds(1),
            },
            Of("cancelled", OperationKind.Reap) with
            {
                Status = OperationStatus.Cancelled,
                LeaseUntil = Rows.Start,
            },
            Of("ended", OperationKind.Prune) with
            {
                Status = OperationStatus.Succeeded,
            },
            Of("elsewhere", OperationKind.RestoreBackup) with
            {
                RepositoryProjectId = Rows.Stranger,
            },
            Of("without", OperationKind.CreateShare),
        ];
        await Catalog.WriteAsync(
            async session =>
            {
                foreach (Operation row in rows)
                {
                    await session.Operations.AddAsync(row);
                }
            },
            CancellationToken.None
        );
        IReadOnlyList<Operation> found = await Catalog.ReadAsync(
            session => session.Operations.OfRepositoryAsync(Rows.Project, Rows.Start),
            CancellationToken.None
        );
        Assert.Equal(
            ["pins", "queued", "recipient's", "running", "winding"],
            found.Select(row => row.Id).Order(StringComparer.Ordinal)
        );

        static Operation Of(string id, string kind) => NewOperation.Of(kind, Rows.Project, Rows.Start) with { Id = id };
    }

    [Fact]
    public async Task A_share_is_read_as_it_was_written()
    {
        Share share = Rows.Share("s1") with
        {
            Name = "наме",
            Description = "a 'quoted'\ntext",
            IsPublic = true,
            Adopted = true,
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
            ExtraSpecs = Rows.Type().ExtraSpecs,
            ScheduledToBeDeletedAt = Rows.Start.AddDays(7),
            TaskState = "x",
            Host = "n",
            SourceBackupId = "b",
            SnapshotId = "n",
            UpdatedAt = Rows.Start.AddMicroseconds(7),
        };
        await Catalog.AddSharesAsync(share);
        Share read = (await Catalog.ShareAsync("s1"))!;
        Assert.Equal(share.Metadata, read.Metadata);
        Assert.Equal(share.ExtraSpecs, read.ExtraSpecs);
        Assert.Equal(share with { Metadata = read.Metadata, ExtraSpecs = read.ExtraSpecs }, read);
    }

    [Theory]
    [InlineData("a", "1", "s1")]
    [InlineData("a", "2", "")]
    [InlineData("A", "1", "")]
    [InlineData("q\"", "\\'é%_", "s1")]
    [InlineData("b", ",\"a\":\"2\"", "s1")]
    public async Task Shares_are_found_by_a_pair_of_their_metadata(string key, string value, string found)
    {
        Dictionary<string, string> metadata = new()
        {
            ["a"] = "1",
            ["q\""] = "\\'é%_",
            ["b"] = ",\"a\":\"2\"",
        };
        await Catalog.AddSharesAsync(Rows.Share("s1") with { Metadata = metadata }, Rows.Share("s2"));
        ShareFilter filter = new() { Metadata = new Dictionary<string, string> { [key] = value } };
        RowOrder<Share> order = new(new SortColumn<Share>("id", row => row.Id), Descending: false);
        (IReadOnlyList<Share> rows, long count) = await Catalog.ReadAsync(
            async session => (await session.Shares.ListAsync(filter, order), await session.Shares.CountAsync(filter)),
            CancellationToken.None
        );
        Assert.Equal(found, string.Join(' ', rows.Select(row => row.Id)));
        Assert.Equal(rows.Count, count);
    }

    [Fact]
    public async Task What_expires_in_the_bin_can_be_removed()
    {
        Share binned = Rows.Share("s1") with { ScheduledToBeDeletedAt = Rows.Start };
        await Catalog.AddSharesAsync(
            binned,
            binned with
            {
                Id = "s2",
                Path = "s2",
                ScheduledToBeDeletedAt = Rows.Start.AddMicroseconds(1),
            },
            binned with
            {
                Id = "s3",
                Path = "s3",
                ScheduledToBeDeletedAt = null,
            },
            binned with
            {
                Id = "s4",
                Path = "s4",
                Adopted = true,
            },
            binned with
            {
                Id = "s5",
                Path = "s5",
                Status = ShareStatus.Deleting,
            },
            binned with
            {
                Id = "s6",
                Path = "s6",
            }
        );
        await Catalog.AddBackupsAsync(Rows.Backup("b1", "s6"));
        IReadOnlyList<Share> expired = await Catalog.ReadAsync(
            session => session.Shares.ExpiredAsync(Rows.Start),
            CancellationToken.None
        );
        Assert.Equal("s1", Assert.Single(expired).Id);
    }

    [Fact]
    public async Task A_size_is_set_from_the_one_it_was_and_while_nothing_works_on_the_share()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"), Rows.Share("s2", ShareStatus.BackupCreating));
        Task<bool> SetAsync(string id, int from, int to) =>
            Catalog.WriteAsync(
                session => session.Shares.SetSizeAsync(id, from, to, Rows.Start),
                CancellationToken.None
            );
        Assert.False(await SetAsync("s1", 2, 3));
        Assert.False(await SetAsync("s2", 1, 3));
        Assert.False(await SetAsync("none", 1, 3));
        Assert.True(await SetAsync("s1", 1, 3));
        Assert.Equal(3, (await Catalog.ShareAsync("s1"))!.Size);
    }

    [Fact]
    public async Task A_backup_is_read_as_it_was_written()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        Backup backup = Rows.Backup("b1", "s1") with
        {
            Name = "",
            Options = "{\"a\":1}",
            BackupType = "t",
            Host = "h",
            Topic = "manila-data",
            FailReason = "why",
            SnapshotId = new string('a', 64),
            Capture = "live",
            Progress = 7,
            RestoreProgress = 9,
            CreatedAt = Rows.Start.AddMicroseconds(1),
            UpdatedAt = Rows.Start.AddMicroseconds(2),
        };
        await Catalog.AddBackupsAsync(backup);
        Assert.Equal(backup, await Catalog.BackupAsync("b1"));
        Assert.Null(await Catalog.BackupAsync("b2"));
    }

    [Fact]
    public async Task A_delegate_that_throws_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Catalog.WriteAsync(
                async session =>
                {
                    await session.Settings.TryAddAsync("a", "1");
                    throw new InvalidOperationException();
                },
                CancellationToken.None
            )
        );
        Assert.Null(await Catalog.ReadAsync(session => session.Settings.FindAsync("a"), CancellationToken.None));
    }

    [Fact]
    public async Task A_reading_session_cannot_write() =>
        await Assert.ThrowsAsync<ServiceError>(() =>
            Catalog.ReadAsync(session => session.Settings.TryAddAsync("a", "1"), CancellationToken.None)
        );

    [Fact]
    public async Task A_reading_session_sees_one_state()
    {
        await Catalog.ReadAsync(
            async session =>
            {
                Assert.Null(await session.Settings.FindAsync("a"));
                await Catalog.WriteAsync(inner => inner.Settings.TryAddAsync("a", "1"), CancellationToken.None);
                Assert.Null(await session.Settings.FindAsync("a"));
                return true;
            },
            CancellationToken.None
        );
        Assert.Equal("1", await Catalog.ReadAsync(session => session.Settings.FindAsync("a"), CancellationToken.None));
    }

    [Fact]
    public async Task Writers_take_turns_and_lose_no_update()
    {
        await Catalog.WriteAsync(
            session => session.Repositories.AddAsync("p", "r", Rows.Start),
            CancellationToken.None
        );
        Task<long>[] writers =
        [
            .. Enumerable
                .Range(0, 20)
                .Select(_ =>
                    Task.Run(() =>
                        Catalog.WriteAsync(
                            session => session.Repositories.NextExportAsync("p", after: 0),
                            CancellationToken.None
                        )
                    )
                ),
        ];
        Assert.Equal(Enumerable.Range(1, 20).Select(n => (long)n), (await Task.WhenAll(writers)).Order());
    }

    [Fact]
    public async Task A_backup_needs_its_share() =>
        await Assert.ThrowsAsync<ServiceError>(() => Catalog.AddBackupsAsync(Rows.Backup("b1", "missing")));

    [Fact]
    public async Task A_status_changes_only_from_what_was_expected()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        bool[] changed = await Catalog.WriteAsync(
            async session =>
                new[]
                {
                    await session.Shares.SetStatusAsync("s1", "error", "available", Rows.Start),
                    await session.Shares.SetStatusAsync("s1", "available", "backup_creating", Rows.Start),
                    await session.Shares.SetStatusAsync("s1", null, "error", Rows.Start),
                    await session.Shares.SetStatusAsync("s2", null, "error", Rows.Start),
                },
            CancellationToken.None
        );
        Assert.Equal([false, true, true, false], changed);
        Assert.Equal("error", (await Catalog.ShareAsync("s1"))!.Status);
    }

    [Theory]
    [InlineData("BÄR", new[] { "b1" })]
    [InlineData("%", new[] { "b1", "b2", "b3" })]
    [InlineData("_", new[] { "b1", "b2", "b3" })]
    [InlineData("b_r", new[] { "b1", "b2" })]
    [InlineData(@"\", new[] { "b3" })]
    [InlineData("'", new string[0])]
    public async Task Like_matches_without_case_and_with_wildcards(string text, string[] expected)
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        await Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                Name = "ein Bär",
            },
            Rows.Backup("b2", "s1") with
            {
                Name = "BAR",
            },
            Rows.Backup("b3", "s1") with
            {
                Name = @"c:\d",
            },
            Rows.Backup("b4", "s1")
        );
        IReadOnlyList<Backup> rows = await ListAsync(new BackupFilter { NameLike = text }, new(ByTime, false));
        Assert.Equal(expected, rows.Select(row => row.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_part_of_a_text_is_found_however_backups_came_and_went(int seed)
    {
        Random chance = new(seed);
        string[] texts = ["nightly one", "NIGHTLY two", "ein Bär", "EIN BÄR", "x\ny", "a name"];
        List<Backup> there = [];
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        DateTimeOffset now = Rows.Start;
        for (int step = 0; step < 240; step++)
        {
            now = now.AddSeconds(chance.Next(3));
            Backup? one = there.Count == 0 ? null : there[chance.Next(there.Count)];
            // Most come first, most go in the middle.
            int what = chance.Next(10) - (step is > 120 and < 200 ? 5 : 0);
            if (one is null || what >= 2)
            {
                Backup added = Rows.Backup($"b{step:000}", "s1") with
                {
                    ProjectId = chance.Next(5) == 0 ? Rows.Stranger : Rows.Project,
                    Name = AnyText(),
                    Description = AnyText(),
                    CreatedAt = chance.Next(20) == 0 ? Rows.Start.AddSeconds(chance.Next(step + 1)) : now,
                };
                await Catalog.AddBackupsAsync(added);
                there.Add(added);
            }
            else if (what == 1)
            {
                Backup renamed = one with { Name = AnyText(), Description = AnyText(), UpdatedAt = now };
                await Catalog.WriteAsync(
                    session => session.Backups.SetTextsAsync(one.Id, renamed.Name, renamed.Description, now),
                    CancellationToken.None
                );
                there[there.IndexOf(one)] = renamed;
            }
            else
            {
                await Catalog.WriteAsync(session => session.Backups.RemoveAsync(one.Id), CancellationToken.None);
                there.Remove(one);
            }
            if (step % 30 == 29)
            {
                await SearchAsync("one", "no");
                await SearchAsync("bär", "a");
                await SearchAsync("nightly", "");
                await SearchAsync("NAME", "ly");
            }
        }

        string? AnyText() => chance.Next(8) == 0 ? null : texts[chance.Next(texts.Length)];

        async Task SearchAsync(string inName, string inDescription)
        {
            BackupFilter filter = new()
            {
                ProjectId = Rows.Project,
                NameLike = inName,
                DescriptionLike = inDescription.Length == 0 ? null : inDescription,
            };
            List<Backup> expected =
            [
                .. there
                    .Where(row => row.ProjectId == Rows.Project && Has(row.Name, inName))
                    .Where(row => inDescription.Length == 0 || Has(row.Description, inDescription))
                    .OrderBy(row => row.CreatedAt)
                    .ThenBy(row => row.Id, StringComparer.Ordinal),
            ];
            Assert.Equal(expected, await ListAsync(filter, new(ByTime, false)));
            Assert.Equal(expected, await InPagesAsync(filter, descending: false));
            expected.Reverse();
            Assert.Equal(expected, await ListAsync(filter, new(ByTime, true)));
            Assert.Equal(expected, await InPagesAsync(filter, descending: true));
            Assert.Equal(expected.Skip(2).Take(3), await ListAsync(filter, new(ByTime, true, Limit: 3, Offset: 2)));
        }

        static bool Has(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
    }

    private async Task<List<Backup>> InPagesAsync(BackupFilter filter, bool descending)
    {
        List<Backup> all = [];
        IReadOnlyList<Backup> page;
        do
        {
            RowPlace? after = all.Count == 0 ? null : new(all[^1].CreatedAt, all[^1].Id);
            page = await ListAsync(filter, new(ByTime, descending, after, Limit: 3));
            all.AddRange(page);
        } while (page.Count > 0);
        return all;
    }

    [Fact]
    public async Task Filters_are_exact_but_status_has_no_case()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"), Rows.Share("s2"));
        await Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                Name = "x",
                Description = "d",
                Topic = "t",
                Host = "h",
            },
            Rows.Backup("b2", "s2", BackupStatus.Error) with
            {
                ProjectId = Rows.Stranger,
                Name = "X",
            }
        );
        await FindsAsync(new BackupFilter { Name = "x" }, "b1");
        await FindsAsync(new BackupFilter { Description = "d" }, "b1");
        await FindsAsync(new BackupFilter { Topic = "t" }, "b1");
        await FindsAsync(new BackupFilter { Host = "h" }, "b1");
        await FindsAsync(new BackupFilter { Id = "b2" }, "b2");
        await FindsAsync(new BackupFilter { ShareId = "s2" }, "b2");
        await FindsAsync(new BackupFilter { ProjectId = Rows.Stranger }, "b2");
        await FindsAsync(new BackupFilter { Status = "ERROR" }, "b2");
        await FindsAsync(new BackupFilter(), "b1", "b2");
        await FindsAsync(new BackupFilter { Name = "x", Status = "error" });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_follow_each_other_without_gap_or_overlap(bool descending)
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        string?[] names = ["b", null, "a", "b", "", "b", null];
        await Catalog.AddBackupsAsync([.. names.Select((name, n) => Rows.Backup($"b{n}", "s1") with { Name = name })]);
        IReadOnlyList<Backup> all = await ListAsync(new BackupFilter(), new(ByName, descending));
        Assert.Equal(names.Length, all.Count);

        List<string> paged = [];
        RowPlace? after = null;
        while (true)
        {
            IReadOnlyList<Backup> page = await ListAsync(new BackupFilter(), new(ByName, descending, after, 2));
            if (page.Count == 0)
            {
                break;
            }
            paged.AddRange(page.Select(row => row.Id));
            after = new RowPlace(ByName.Value(page[^1]), page[^1].Id);
        }
        Assert.Equal(all.Select(row => row.Id), paged);
        IReadOnlyList<Backup> offset = await ListAsync(new BackupFilter(), new(ByName, descending, null, 3, 2));
        Assert.Equal(all.Skip(2).Take(3).Select(row => row.Id), offset.Select(row => row.Id));
    }

    [Fact]
    public async Task Public_shares_are_listed_when_asked_for()
    {
        await Catalog.AddSharesAsync(
            Rows.Share("s1"),
            Rows.Share("s2") with
            {
                ProjectId = Rows.Stranger,
                IsPublic = true,
            },
            Rows.Share("s3") with
            {
                ProjectId = Rows.Stranger,
            }
        );
        RowOrder<Share> order = new(new SortColumn<Share>("id", row => row.Id), false);
        IReadOnlyList<Share> own = await Catalog.ReadAsync(
            session => session.Shares.ListAsync(new ShareFilter { ProjectId = Rows.Project }, order),
            CancellationToken.None
        );
        IReadOnlyList<Share> both = await Catalog.ReadAsync(
            session => session.Shares.ListAsync(new ShareFilter { ProjectId = Rows.Project, OrPublic = true }, order),
            CancellationToken.None
        );
        Assert.Equal(["s1"], own.Select(row => row.Id));
        Assert.Equal(["s1", "s2"], both.Select(row => row.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Own_and_public_shares_come_in_one_order_and_in_pages(bool descending)
    {
        // Its own first and last; in between others' by turns, of which some are no business of the project's.
        Share[] shares =
        [
            .. Enumerable
                .Range(1, 9)
                .Select(i =>
                    Rows.Share($"s{i}") with
                    {
                        ProjectId = i % 2 == 1 ? Rows.Project : Rows.Stranger,
                        IsPublic = i % 3 != 2,
                        CreatedAt = Rows.Start.AddSeconds(i / 2),
                    }
                ),
        ];
        await Catalog.AddSharesAsync(shares);
        ShareFilter filter = new() { ProjectId = Rows.Project, OrPublic = true };
        RowOrder<Share> order = new(new SortColumn<Share>("created_at", row => row.CreatedAt), descending, Limit: 2);
        string[] seen = ["s1", "s3", "s4", "s5", "s6", "s7", "s9"];
        List<string> paged = [];
        while (true)
        {
            RowOrder<Share> page = order;
            IReadOnlyList<Share> rows = await Catalog.ReadAsync(
                session => session.Shares.ListAsync(filter, page),
                CancellationToken.None
            );
            if (rows.Count == 0)
            {
                break;
            }
            paged.AddRange(rows.Select(row => row.Id));
            order = order with { After = new RowPlace(rows[^1].CreatedAt, rows[^1].Id) };
        }
        (IReadOnlyList<Share> offset, long count) = await Catalog.ReadAsync(
            async session =>
                (
                    await session.Shares.ListAsync(filter, order with { After = null, Offset = 3 }),
                    await session.Shares.CountAsync(filter)
                ),
            CancellationToken.None
        );

        Assert.Equal(descending ? seen.Reverse() : seen, paged);
        Assert.Equal(paged.Skip(3).Take(2), offset.Select(row => row.Id));
        Assert.Equal(seen.Length, count);
    }

    [Fact]
    public async Task As_many_pairs_of_metadata_as_a_query_may_have_are_looked_for()
    {
        Dictionary<string, string> metadata = Enumerable.Range(0, 256).ToDictionary(i => $"k{i}", i => "v");
        Share share = Rows.Share("s1") with { Metadata = metadata };
        await Catalog.AddSharesAsync(share, Rows.Share("s2"));
        await Catalog.WriteAsync(
            async session =>
            {
                await session.ShareSnapshots.AddAsync(Rows.ShareSnapshot("n1", share) with { Metadata = metadata });
                await session.ShareSnapshots.AddAsync(Rows.ShareSnapshot("n2", share));
                return true;
            },
            CancellationToken.None
        );
        ShareFilter filter = new() { ProjectId = Rows.Project, Metadata = metadata };
        Dictionary<string, string> none = metadata.ToDictionary(pair => pair.Key, pair => "w");

        await Catalog.ReadAsync(
            async session =>
            {
                Assert.Equal(1, await session.Shares.CountAsync(filter with { OrPublic = true }));
                Assert.Equal(0, await session.Shares.CountAsync(filter with { OrPublic = true, ExtraSpecs = none }));
                Assert.Equal(1, await session.ShareSnapshots.CountAsync(new() { Metadata = metadata }));
                Assert.Equal(0, await session.ShareSnapshots.CountAsync(new() { Metadata = none }));
                return true;
            },
            CancellationToken.None
        );
    }

    [Fact]
    public async Task A_lease_is_one_holders_until_it_runs_out()
    {
        TimeSpan span = TimeSpan.FromSeconds(30);
        Assert.True(await TakeAsync("a", 0));
        Assert.True(await TakeAsync("a", 20));
        Assert.False(await TakeAsync("b", 49));
        Assert.True(await TakeAsync("b", 50));
        Assert.False(await TakeAsync("a", 51));
        await Catalog.WriteAsync(session => session.Leases.ReleaseAsync("x", "b"), CancellationToken.None);
        Assert.True(await TakeAsync("a", 52));

        Task<bool> TakeAsync(string holder, int second) =>
            Catalog.WriteAsync(
                session => session.Leases.TryTakeAsync("x", holder, Rows.Start.AddSeconds(second), span),
                CancellationToken.None
            );
    }

    [Fact]
    public async Task An_operation_keeps_the_trace_of_its_request()
    {
        Operation traced = NewOperation.Of(OperationKind.Prune, Rows.Project, Rows.Start) with
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await Catalog.WriteAsync(session => session.Operations.AddAsync(traced), CancellationToken.None);

        Operation? found = await Catalog.ReadAsync(
            session => session.Operations.FindAsync(traced.Id),
            CancellationToken.None
        );

        Assert.Equal(traced, found);
    }

    [Fact]
    public async Task A_node_is_one_row_a_role()
    {
        NodeRole role = new()
        {
            Node = "n",
            Role = "worker",
            AvailabilityZone = "nova",
            Roots = new TextList(["local", "fast"]),
            StartedAt = Rows.Start,
            SeenAt = Rows.Start,
        };
        Assert.True(await SeenAsync(0, "first"));
        Assert.True(await SeenAsync(9, "first"));
        Assert.False(await SeenAsync(10, "second"));
        NodeRole read = Assert.Single(
            await Catalog.ReadAsync(session => session.Nodes.ListAsync(), CancellationToken.None)
        );
        Assert.Equal(Rows.Start.AddSeconds(9), read.SeenAt);
        Assert.Equal(["local", "fast"], read.Roots.Items);

        await Catalog.WriteAsync(session => session.Nodes.TakeAsync("n", "second"), CancellationToken.None);
        Assert.True(await SeenAsync(11, "second"));
        Assert.False(await SeenAsync(12, "first"));

        await ForgetAsync(11);
        Assert.Single(await Catalog.ReadAsync(session => session.Nodes.ListAsync(), CancellationToken.None));
        await ForgetAsync(12);
        Assert.Empty(await Catalog.ReadAsync(session => session.Nodes.ListAsync(), CancellationToken.None));

        Task ForgetAsync(int second) =>
            Catalog.WriteAsync(
                session => session.Nodes.ForgetAsync(Rows.Start.AddSeconds(second)),
                CancellationToken.None
            );

        Task<bool> SeenAsync(int second, string process) =>
            Catalog.WriteAsync(
                session => session.Nodes.SeenAsync(role with { SeenAt = Rows.Start.AddSeconds(second) }, process),
                CancellationToken.None
            );
    }

    [Fact]
    public async Task A_message_is_found_by_everything_that_it_says()
    {
        Message first = Rows.Message("m1", "b1");
        Message second = new()
        {
            Id = "m2",
            ProjectId = Rows.Stranger,
            RequestId = "req-2",
            ActionId = MessageAction.RestoreBackup,
            DetailId = MessageDetail.LeftOut,
            MessageLevel = MessageLevel.Warning,
            ResourceType = MessageResource.Share,
            ResourceId = "s2",
            UserMessage = "restore share backup: what",
            CreatedAt = Rows.Start.AddSeconds(1),
            ExpiresAt = Rows.Start.AddDays(31),
        };
        await Catalog.AddMessagesAsync(first, second);
        await FindsAsync(new MessageFilter(), first, second);
        await FindsAsync(new MessageFilter { ProjectId = Rows.Stranger }, second);
        await FindsAsync(new MessageFilter { RequestId = "req-2" }, second);
        await FindsAsync(new MessageFilter { ActionId = MessageAction.Create }, first);
        await FindsAsync(new MessageFilter { DetailId = MessageDetail.LeftOut }, second);
        await FindsAsync(new MessageFilter { MessageLevel = "ERROR" }, first);
        await FindsAsync(new MessageFilter { ResourceType = "SHARE" }, second);
        await FindsAsync(new MessageFilter { ResourceId = "b1" }, first);
        await FindsAsync(new MessageFilter { CreatedSince = second.CreatedAt }, second);
        await FindsAsync(new MessageFilter { CreatedBefore = first.CreatedAt }, first);
        await FindsAsync(new MessageFilter { ResourceId = "b1", MessageLevel = "WARNING" });
    }

    [Fact]
    public async Task A_message_goes_when_it_has_expired()
    {
        await Catalog.AddMessagesAsync(
            Rows.Message("m1", "b1"),
            Rows.Message("m2", "b1") with
            {
                ExpiresAt = Rows.Start.AddDays(31),
            }
        );
        DateTimeOffset now = Rows.Start.AddDays(30);
        Assert.Equal(0, await Catalog.WriteAsync(s => s.Messages.RemoveExpiredAsync(now), CancellationToken.None));
        now = now.AddSeconds(1);
        Assert.Equal(1, await Catalog.WriteAsync(s => s.Messages.RemoveExpiredAsync(now), CancellationToken.None));
        Assert.Equal("m2", Assert.Single(await Catalog.MessagesAsync("b1")).Id);
        Assert.True(await Catalog.WriteAsync(s => s.Messages.RemoveAsync("m2"), CancellationToken.None));
        Assert.False(await Catalog.WriteAsync(s => s.Messages.RemoveAsync("m2"), CancellationToken.None));
    }

    [Fact]
    public async Task How_well_shares_are_kept_is_counted_and_told()
    {
        DateTimeOffset since = Rows.Start.AddDays(10);
        string data = new('a', 64);
        await Catalog.AddSharesAsync(
            Rows.Share("kept"),
            Rows.Share("failing"),
            Rows.Share("old"),
            Rows.Share("never"),
            Rows.Share("binned") with
            {
                ScheduledToBeDeletedAt = since,
            },
            Rows.Share("theirs") with
            {
                ProjectId = Rows.Stranger,
            }
        );
        await Catalog.AddBackupsAsync(
            Rows.Backup("b1", "kept") with
            {
                SnapshotId = data,
                CreatedAt = since,
            },
            Rows.Backup("b2", "kept", BackupStatus.Creating) with
            {
                CreatedAt = since.AddHours(1),
            },
            Rows.Backup("b3", "failing") with
            {
                SnapshotId = data,
                CreatedAt = since,
            },
            Rows.Backup("b4", "failing", BackupStatus.Error) with
            {
                FailReason = "The disk is full.",
                CreatedAt = since.AddHours(1),
            },
            Rows.Backup("b5", "old", BackupStatus.Restoring) with
            {
                SnapshotId = data,
            },
            // Another project's backup of the share protects nobody here.
            Rows.Backup("b6", "never") with
            {
                SnapshotId = data,
                ProjectId = Rows.Stranger,
                CreatedAt = since,
            }
        );

        await Catalog.ReadAsync(
            async session =>
            {
                ProtectionRows rows = session.Protection(Rows.Project, since.AddHours(2));
                Assert.Equal(
                    [("failing", 1), ("overdue", 1), ("protected", 1), ("unprotected", 1)],
                    (await rows.CountAsync(volumes: false))
                        .OrderBy(one => one.State)
                        .Select(one => (one.State, one.Sources))
                );
                IReadOnlyList<Protection> unwell = await rows.UnwellAsync(10, volumes: false);
                Assert.Equal(["failing", "old", "never"], unwell.Select(share => share.SourceId));
                Assert.Equal([since, Rows.Start, null], unwell.Select(share => share.GoodAt));
                Assert.Equal(["b3", "b5", null], unwell.Select(share => share.GoodBackupId));
                Assert.Equal(["The disk is full.", null, null], unwell.Select(share => share.Problem));
                Assert.Single(await rows.UnwellAsync(1, volumes: false));
                BackupDay day = Assert.Single(await rows.DaysAsync(since.AddDays(-1), volumes: false));
                Assert.Equal(((since - DateTimeOffset.UnixEpoch).Days, 4, 1), (day.Day, day.Made, day.Failed));
                IReadOnlyList<Protection> some = await rows.OfSharesAsync(["kept", "never"]);
                Assert.Equal(
                    [("kept", ProtectionState.Protected), ("never", ProtectionState.Unprotected)],
                    some.OrderBy(share => share.SourceId).Select(share => (share.SourceId, share.State))
                );
                return true;
            },
            CancellationToken.None
        );
    }

    [Fact]
    public async Task Volumes_are_counted_with_shares_and_told_of_when_they_are_overdue()
    {
        string data = new('a', 64);
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        await Catalog.AddVolumesAsync(Rows.Volume("v1"), Rows.Volume("v2") with { ProjectId = Rows.Stranger });
        await Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1") with
            {
                SnapshotId = data,
            },
            Rows.VolumeBackup("b2", "v1") with
            {
                CreatedAt = Rows.Start,
            }
        );
        await AssertAsync(Rows.Start, "protected", []);
        DateTimeOffset late = Rows.Start + ProtectionRows.Recent + TimeSpan.FromSeconds(1);
        IReadOnlyList<Protection> mistold = await AssertAsync(late, "overdue", ["s1", "v1"]);

        await Catalog.WriteAsync(
            async session =>
            {
                ProtectionRows rows = session.Protection(Rows.Project, late);
                foreach (Protection one in mistold)
                {
                    await rows.ToldOverdueAsync(one);
                    await rows.ToldOverdueAsync(one);
                }
                return true;
            },
            CancellationToken.None
        );
        mistold = await AssertAsync(late, "overdue", []);
        Assert.Empty(mistold);
        // What was told is wrong once it is no longer so.
        mistold = await AssertAsync(Rows.Start, "protected", ["s1", "v1"]);
        await Catalog.WriteAsync(
            async session =>
            {
                await session.Protection(Rows.Project, late).ForgetOverdueAsync(mistold[1]);
                return true;
            },
            CancellationToken.None
        );
        Assert.Equal("s1", Assert.Single(await AssertAsync(Rows.Start, "protected", ["s1"])).SourceId);

        Task<IReadOnlyList<Protection>> AssertAsync(DateTimeOffset now, string state, string[] expected) =>
            Catalog.ReadAsync(
                async session =>
                {
                    ProtectionRows rows = session.Protection(Rows.Project, now);
                    ProtectionCount count = Assert.Single(await rows.CountAsync(volumes: true));
                    Assert.Equal((state, 2), (count.State, count.Sources));
                    Assert.Equal(2, (await rows.DaysAsync(Rows.Start, volumes: true)).Sum(day => day.Made));
                    Protection volume = Assert.Single(await rows.OfVolumesAsync(["v1"]));
                    Assert.Equal(
                        ("v1", true, state, "b2"),
                        (volume.SourceId, volume.OfVolume, volume.State, volume.GoodBackupId)
                    );
                    IReadOnlyList<Protection> unwell = await rows.UnwellAsync(10, volumes: true);
                    Assert.Equal(state == "protected" ? [] : ["s1", "v1"], unwell.Select(one => one.SourceId));
                    IReadOnlyList<Protection> found = await rows.MistoldAsync(10);
                    Assert.Equal(expected, found.Select(one => one.SourceId));
                    Assert.Equal(expected.Select(id => id[0] == 'v'), found.Select(one => one.OfVolume));
                    return found;
                },
                CancellationToken.None
            );
    }

    private async Task FindsAsync(MessageFilter filter, params Message[] expected)
    {
        RowOrder<Message> order = new(new SortColumn<Message>("created_at", row => row.CreatedAt), false);
        Assert.Equal(
            expected,
            await Catalog.ReadAsync(session => session.Messages.ListAsync(filter, order), CancellationToken.None)
        );
    }

    private Task<IReadOnlyList<Backup>> ListAsync(BackupFilter filter, RowOrder<Backup> order) =>
        Catalog.ReadAsync(session => session.Backups.ListAsync(filter, order), CancellationToken.None);

    private async Task FindsAsync(BackupFilter filter, params string[] expected)
    {
        IReadOnlyList<Backup> rows = await ListAsync(filter, new(ByTime, false));
        Assert.Equal(expected, rows.Select(row => row.Id));
    }
}
