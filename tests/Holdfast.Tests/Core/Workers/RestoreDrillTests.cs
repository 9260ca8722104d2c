using System.Security.Cryptography;
using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>What a restore for trial shows, and that nothing of it stays.</summary>
public sealed class RestoreDrillTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        Directory.CreateDirectory(Path.Combine(core.PathOf(share), "directory"));
        await WriteAsync("directory/file");
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_backup_that_can_be_restored_is_proven_and_its_share_knows_how_long_it_takes()
    {
        Backup backup = await core.BackUpAsync(share);
        Drill drill = await DrillAsync(backup);
        Assert.Equal(
            (DrillOutcome.Passed, null, 100_000L, 1L),
            (drill.Outcome, drill.Reason, drill.Bytes, drill.Files)
        );
        Assert.NotNull(drill.Duration);
        ProvenBackup proven = await core.Get<BackupListService>().GetAsync(WorkerFixture.Member, backup.Id, default);
        Assert.Equal(drill.FinishedAt, proven.ProvenAt);
        ProtectedShare shown = await core.Get<ProtectionService>().GetAsync(WorkerFixture.Member, share.Id, default);
        Assert.Equal((drill, drill.FinishedAt), (shown.Proven.LastDrill, shown.Proven.LastProvenAt));
        AssertNothingLeft();
        Assert.Equal(["directory"], Directory.EnumerateFileSystemEntries(core.PathOf(share)).Select(Path.GetFileName));
    }

    [Fact]
    public async Task One_that_is_damaged_fails_and_its_project_is_told()
    {
        Backup backup = await core.BackUpAsync(share);
        await FlipAsync();
        Operation claimed = await ClaimAsync(backup);
        await Assert.ThrowsAsync<EngineError>(() => core.WorkAsync(claimed));
        Drill drill = await FindAsync(claimed.Id);
        Assert.Equal(DrillOutcome.Failed, drill.Outcome);
        Assert.Contains("directory/file", drill.Reason, StringComparison.Ordinal);
        Backup damaged = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((null, core.Time.Now()), (damaged.RestoredAt, damaged.DrillDamageAt));
        Assert.Contains("damaged", damaged.Damage, StringComparison.Ordinal);
        Message told = Assert.Single(
            await core.Catalog.MessagesAsync(backup.Id),
            message => message.ActionId == MessageAction.Verify
        );
        Assert.StartsWith("restore drill: ", told.UserMessage, StringComparison.Ordinal);
        Assert.Equal(MessageDetail.Damaged, told.DetailId);
        Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.Verify);
        AssertNothingLeft();
    }

    [Fact]
    public async Task What_a_drill_found_damaged_is_well_again_once_one_passes()
    {
        Backup backup = await core.BackUpAsync(share);
        await FlipAsync();
        Assert.Equal(DrillOutcome.Failed, (await DrillAsync(backup)).Outcome);
        Assert.Null((await core.Get<BackupListService>().GetAsync(WorkerFixture.Member, backup.Id, default)).ProvenAt);
        await FlipAsync();
        Assert.Equal(DrillOutcome.Passed, (await DrillAsync(backup)).Outcome);
        Backup well = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((null, null, core.Time.Now()), (well.Damage, well.DrillDamageAt, well.RestoredAt));
    }

    [Fact]
    public async Task One_that_dies_of_a_fault_has_failed()
    {
        Backup backup = await core.BackUpAsync(share);
        Operation claimed = await ClaimAsync(backup);
        await core.Queue.FailAsync(claimed, OperationStatus.Failed, "A fault.", default);
        Drill drill = await FindAsync(claimed.Id);
        Assert.Equal((DrillOutcome.Failed, "A fault."), (drill.Outcome, drill.Reason));
        Assert.Null((await core.Catalog.BackupAsync(backup.Id))!.Damage);
    }

    [Fact]
    public async Task Every_file_and_directory_needs_room()
    {
        Backup backup = await core.BackUpAsync(share);
        // 100,000 bytes, and a file and the two directories above it, which take a block each.
        const long needed = 100_000 + (3 * 4096);
        ScratchPlace scratch = core.Get<ScratchPlace>();
        scratch.FreeSpace = () => new FreeSpace((2 * needed) - 2, Entries: null);
        Drill drill = await DrillAsync(backup);
        Assert.Equal(DrillOutcome.Skipped, drill.Outcome);
        Assert.Contains($"{needed} bytes", drill.Reason, StringComparison.Ordinal);
        scratch.FreeSpace = () => new FreeSpace(2 * needed, Entries: 5);
        drill = await DrillAsync(backup);
        Assert.Equal(DrillOutcome.Skipped, drill.Outcome);
        Assert.EndsWith(" and 2.", drill.Reason, StringComparison.Ordinal);
        scratch.FreeSpace = () => new FreeSpace(2 * needed, Entries: 6);
        Assert.Equal(DrillOutcome.Passed, (await DrillAsync(backup)).Outcome);
    }

    [Fact]
    public async Task One_stops_when_the_disk_becomes_too_full_meanwhile()
    {
        Backup backup = await core.BackUpAsync(share);
        long free = 1L << 30;
        core.Get<ScratchPlace>().FreeSpace = () => new FreeSpace(free, Entries: null);
        Operation row = await ClaimAsync(backup);
        ClaimedOperation claimed = new(row, core.Queue);
        core.Hold.HoldReads($"{Rows.Project}/data/{Path.GetFileName(LargestPack())[..2]}/");
        Task work = core.HandlerOf(OperationKind.Drill).RunAsync(claimed, default);
        await core.Hold.Held.WaitAsync(TimeSpan.FromSeconds(60));
        free = 1L << 29;
        _ = claimed.Current;
        Assert.False(work.IsCompleted);
        free--;
        _ = claimed.Current;
        await work.WaitAsync(TimeSpan.FromSeconds(60));
        Drill drill = await FindAsync(row.Id);
        Assert.Equal(DrillOutcome.Skipped, drill.Outcome);
        Assert.Contains("too full", drill.Reason, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("shares/one", "the share root 'local'")]
    [InlineData("", "the share root 'local'", "shares/holdfast-drills-node1")]
    [InlineData("store", "the store")]
    public void A_scratch_place_among_what_is_others_is_refused(string scratch, string what, string? root = null)
    {
        CoreOptions options = core.Options with
        {
            ScratchDirectory = core.Directory[root is null ? scratch : "shares"],
            OwnDirectories = [core.Directory["store"]],
            ShareRoots = [new NamedRoot("local", core.Directory[root is null ? "shares" : $"{root}/beneath"])],
        };
        EngineError error = Assert.Throws<EngineError>(() => new ScratchPlace(options, new Roots(options, core.Time)));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_above_the_data_directory_hinders_no_drill()
    {
        CoreOptions options = core.Options with
        {
            ScratchDirectory = core.Directory["data/drills"],
            ShareRoots = [new NamedRoot("all", core.Directory.Path)],
        };
        _ = new ScratchPlace(options, new Roots(options, core.Time));
    }

    [Fact]
    public async Task One_that_is_gone_or_cancelled_is_skipped()
    {
        Backup backup = await core.BackUpAsync(share);
        Operation queued = await core.Get<ProofService>().DrillAsync(CoreFixture.Admin, backup.Id, default);
        await core.Catalog.WriteAsync(
            session => session.Backups.SetStatusAsync(backup.Id, null, BackupStatus.Deleting, Rows.Start),
            default
        );
        await core.DrainAsync();
        Assert.Equal(DrillOutcome.Skipped, (await FindAsync(queued.Id)).Outcome);

        await core.Catalog.WriteAsync(
            session => session.Backups.SetStatusAsync(backup.Id, null, BackupStatus.Available, Rows.Start),
            default
        );
        queued = await core.Get<ProofService>().DrillAsync(CoreFixture.Admin, backup.Id, default);
        await core.Queue.CancelAsync(queued.Id, default);
        Drill cancelled = await FindAsync(queued.Id);
        Assert.Equal((DrillOutcome.Skipped, core.Time.Now()), (cancelled.Outcome, cancelled.FinishedAt));
    }

    [Fact]
    public async Task What_a_dead_drill_left_is_removed_by_the_next()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Get<ProofService>().DrillAsync(CoreFixture.Admin, backup.Id, default);
        Operation claimed = await core.ClaimAsync(OperationKind.Drill);
        string left = core.Directory.Make("drills/holdfast-drills-node1/restored/deep");
        await File.WriteAllTextAsync(Path.Combine(left, "file"), "left");
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(DrillOutcome.Passed, (await FindAsync(claimed.Id)).Outcome);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Each_share_has_a_drill_in_its_turn()
    {
        Share other = await core.ShareAsync();
        await core.ShareAsync("without a backup");
        Backup old = await core.BackUpAsync(share);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Backup newest = await core.BackUpAsync(share);
        Backup others = await core.BackUpAsync(other);
        Assert.Equal(new[] { newest.Id, others.Id }.Order(), (await DueAsync()).Order());
        await DrillAsync(newest);
        Assert.Equal([others.Id], await DueAsync());
        core.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(2, (await DueAsync()).Count);
        Assert.DoesNotContain(old.Id, await DueAsync());
    }

    [Fact]
    public async Task Shares_and_volumes_stand_in_one_line_for_drills()
    {
        Volume volume = Rows.Volume("v1");
        await core.Catalog.AddVolumesAsync(volume);
        Share other = await core.ShareAsync();
        Backup first = await core.BackUpAsync(share);
        Backup second = await core.BackUpAsync(other);
        Backup image = Rows.VolumeBackup("b1", volume.Id);
        await core.Catalog.AddBackupsAsync(image);
        foreach (Backup drilled in (Backup[])[second, image, first])
        {
            Assert.Contains(drilled.Id, await DueAsync());
            Drill drill = new()
            {
                Id = drilled.Id,
                ProjectId = Rows.Project,
                BackupId = drilled.Id,
                ShareId = drilled.ShareId,
                VolumeId = drilled.VolumeId,
                CreatedAt = core.Time.Now(),
            };
            await core.Catalog.WriteAsync(session => session.Drills.AddAsync(drill), default);
            core.Time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Empty(await DueAsync());
        Share never = await core.ShareAsync();
        core.Time.Advance(TimeSpan.FromDays(31));
        Backup newest = await core.BackUpAsync(never);
        Assert.Equal([newest.Id, second.Id, image.Id, first.Id], await DueAsync());
    }

    [Fact]
    public async Task The_scheduler_queues_what_is_due_once()
    {
        Backup backup = await core.BackUpAsync(share);
        await core.Get<Maintenance>().QueueDueAsync(default);
        Operation queued = Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.Drill);
        Assert.Equal(backup.Id, queued.BackupId);
        core.Time.Advance(TimeSpan.FromHours(2));
        await core.Get<Maintenance>().QueueDueAsync(default);
        Assert.Single(await core.QueuedAsync(), one => one.Kind == OperationKind.Drill);
    }

    [Fact]
    public async Task Strangers_drill_nothing()
    {
        Backup backup = await core.BackUpAsync(share);
        ProofService proofs = core.Get<ProofService>();
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            proofs.DrillAsync(WorkerFixture.Member, backup.Id, default)
        );
        Assert.Equal(ServiceErrorKind.Forbidden, error.Kind);
        await DrillAsync(backup);
        Assert.Empty((await proofs.DrillsAsync(CoreFixture.Stranger, new DrillQuery { Limit = 9 }, default)).Rows);
        Assert.Single((await proofs.DrillsAsync(WorkerFixture.Member, new DrillQuery { Limit = 9 }, default)).Rows);
    }

    private Task<IReadOnlyList<string>> DueAsync() =>
        core.Catalog.ReadAsync(
            session => session.Drills.DueAsync(core.Time.Now() - core.Options.DrillEvery, 10),
            default
        );

    private async Task<Drill> DrillAsync(Backup backup)
    {
        Operation queued = await core.Get<ProofService>().DrillAsync(CoreFixture.Admin, backup.Id, default);
        await core.DrainAsync();
        return await FindAsync(queued.Id);
    }

    private async Task<Operation> ClaimAsync(Backup backup)
    {
        await core.Get<ProofService>().DrillAsync(CoreFixture.Admin, backup.Id, default);
        return await core.ClaimAsync(OperationKind.Drill);
    }

    private string LargestPack() =>
        Directory
            .GetFiles(core.Directory[$"store/{Rows.Project}/data"], "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;

    /// <summary>A bit of the backup's data; twice is as it was.</summary>
    private async Task FlipAsync()
    {
        string pack = LargestPack();
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] bytes = await File.ReadAllBytesAsync(pack);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);
    }

    private async Task<Drill> FindAsync(string id) =>
        (await core.Catalog.ReadAsync(session => session.Drills.FindAsync(id), default))!;

    private async Task WriteAsync(string file) =>
        await File.WriteAllBytesAsync(Path.Combine(core.PathOf(share), file), RandomNumberGenerator.GetBytes(100_000));

    private void AssertNothingLeft() =>
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["drills/holdfast-drills-node1"]));
}
