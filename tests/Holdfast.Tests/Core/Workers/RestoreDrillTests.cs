using System.Security.Cryptography;
using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
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
        Assert.Equal((drill, drill.FinishedAt), (shown.LastDrill, shown.LastProvenAt));
        AssertNothingLeft();
        Assert.Equal(["directory"], Directory.EnumerateFileSystemEntries(core.PathOf(share)).Select(Path.GetFileName));
    }

    [Fact]
    public async Task One_that_is_damaged_fails_and_its_project_is_told()
    {
        Backup backup = await core.BackUpAsync(share);
        string pack = Directory
            .GetFiles(core.Directory[$"store/{Rows.Project}/data"], "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] bytes = await File.ReadAllBytesAsync(pack);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);
        Drill drill = await DrillAsync(backup);
        Assert.Equal(DrillOutcome.Failed, drill.Outcome);
        Assert.Contains("directory/file", drill.Reason, StringComparison.Ordinal);
        Assert.Null((await core.Catalog.BackupAsync(backup.Id))!.RestoredAt);
        Message told = Assert.Single(
            await core.Catalog.MessagesAsync(backup.Id),
            message => message.ActionId == MessageAction.Verify
        );
        Assert.StartsWith("restore drill: ", told.UserMessage, StringComparison.Ordinal);
        AssertNothingLeft();
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
        string left = core.Directory.Make("drills/node1/restored/deep");
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

    private async Task<Drill> FindAsync(string id) =>
        (await core.Catalog.ReadAsync(session => session.Drills.FindAsync(id), default))!;

    private async Task WriteAsync(string file) =>
        await File.WriteAllBytesAsync(Path.Combine(core.PathOf(share), file), RandomNumberGenerator.GetBytes(100_000));

    private void AssertNothingLeft() =>
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.Directory["drills/node1"]));
}
