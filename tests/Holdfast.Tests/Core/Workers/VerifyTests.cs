using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>What a verification proves, and what it says of what is damaged.</summary>
public sealed class VerifyTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_backup_is_proven_once_all_of_it_was_read_since_it_was_there()
    {
        Backup first = await BackUpAsync("first");
        Assert.Null(await ProvenAtAsync(first));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        DateTimeOffset read = core.Time.Now();
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Equal(read, await ProvenAtAsync(first));
        SpaceTaken space = await core.Catalog.ReadAsync(session => session.Repositories.SpaceAsync(), default);
        Assert.Equal(Packs().Sum(path => new FileInfo(path).Length), space.StoredBytes);
        Assert.True(space.LogicalBytes > 0 && space.UniqueBytes > 0);

        core.Time.Advance(TimeSpan.FromMinutes(1));
        Backup second = await BackUpAsync("second");
        Assert.Null(await ProvenAtAsync(second));
        Assert.Equal(read, await ProvenAtAsync(first));
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Equal(core.Time.Now(), await ProvenAtAsync(second));
        Assert.Equal(core.Time.Now(), await ProvenAtAsync(first));
        Assert.Empty(await core.Catalog.MessagesAsync(second.Id));
    }

    [Fact]
    public async Task A_flipped_bit_is_told_of_the_backups_that_have_it_until_it_is_mended()
    {
        Backup good = await BackUpAsync("first");
        HashSet<string> before = [.. Packs()];
        Backup bad = await BackUpAsync("second");
        string pack = Packs().Except(before).MaxBy(path => new FileInfo(path).Length)!;
        byte[] whole = await File.ReadAllBytesAsync(pack);
        Flip(pack);
        await VerifyAsync(OperationStatus.Failed);

        Assert.Contains("damaged", (await core.Catalog.BackupAsync(bad.Id))!.Damage, StringComparison.Ordinal);
        Assert.Null((await core.Catalog.BackupAsync(good.Id))!.Damage);
        Assert.Null(await ProvenAtAsync(bad));
        Assert.NotNull(await ProvenAtAsync(good));
        Message told = Assert.Single(await core.Catalog.MessagesAsync(bad.Id));
        Assert.Equal((MessageLevel.Error, MessageDetail.Damaged), (told.MessageLevel, told.DetailId));
        // Said once.
        await VerifyAsync(OperationStatus.Failed);
        Assert.Single(await core.Catalog.MessagesAsync(bad.Id));
        Assert.Equal(good.Id, (await NewestGoodAsync())!.Id);

        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(pack, whole);
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Null((await core.Catalog.BackupAsync(bad.Id))!.Damage);
        Assert.NotNull(await ProvenAtAsync(bad));
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_or_damaged_is_told_of_its_backup()
    {
        Backup gone = await BackUpAsync("first");
        Backup damaged = await BackUpAsync("second");
        Backup good = await BackUpAsync("third");
        File.Delete(SnapshotOf(gone));
        Flip(SnapshotOf(damaged));
        Operation ended = await VerifyAsync(OperationStatus.Failed);
        Assert.Contains("2 backups are damaged", ended.Message, StringComparison.Ordinal);
        Assert.Contains("gone", (await core.Catalog.BackupAsync(gone.Id))!.Damage, StringComparison.Ordinal);
        Assert.NotNull((await core.Catalog.BackupAsync(damaged.Id))!.Damage);
        Assert.Null((await core.Catalog.BackupAsync(good.Id))!.Damage);
    }

    [Fact]
    public async Task What_a_drill_found_damaged_stays_so_until_all_was_read_since()
    {
        Backup backup = await BackUpAsync("first");
        DateTimeOffset found = core.Time.Now().AddMinutes(1);
        await core.Catalog.WriteAsync(s => s.Backups.SetDrillDamageAsync(backup.Id, "Damaged.", found), default);
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Equal("Damaged.", (await core.Catalog.BackupAsync(backup.Id))!.Damage);
        core.Time.Advance(TimeSpan.FromMinutes(2));
        await VerifyAsync(OperationStatus.Succeeded);
        Backup well = (await core.Catalog.BackupAsync(backup.Id))!;
        Assert.Equal((null, null), (well.Damage, well.DrillDamageAt));
        Assert.NotNull(await ProvenAtAsync(backup));
    }

    [Theory]
    [InlineData($"keyring/{Rows.Project}", "The project's key is missing from the backup store.")]
    [InlineData($"{Rows.Project}/config", "Something that it needs is missing from the backup store.")]
    public async Task A_repository_that_cannot_be_opened_is_said_on_every_backup_and_once_to_the_project(
        string lost,
        string why
    )
    {
        Backup first = await BackUpAsync("first");
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Backup newest = await BackUpAsync("second");
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await VerifyAsync(OperationStatus.Succeeded);
        ProjectRepository before = await RepositoryAsync();
        core.Time.Advance(TimeSpan.FromMinutes(1));
        string path = core.Directory[$"store/{lost}"];
        File.Move(path, core.Directory["kept"]);
        await VerifyAsync(OperationStatus.Failed);
        await VerifyAsync(OperationStatus.Failed);

        foreach (Backup backup in (Backup[])[first, newest])
        {
            Assert.EndsWith(why, (await core.Catalog.BackupAsync(backup.Id))!.Damage, StringComparison.Ordinal);
            Assert.Null(await ProvenAtAsync(backup));
        }
        Assert.Equal((0, 1), (await ToldAsync(first), await ToldAsync(newest)));
        ProjectRepository after = await RepositoryAsync();
        Assert.Equal((before.ProvenAt, core.Time.Now()), (after.ProvenAt, after.VerifiedAt));
        Assert.Single(Verification.Of(after.Verification).Findings);

        File.Move(core.Directory["kept"], path);
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Null((await core.Catalog.BackupAsync(first.Id))!.Damage);
        Assert.NotNull(await ProvenAtAsync(newest));
    }

    [Fact]
    public void Packs_that_find_no_room_in_the_list_leave_their_parts_unread_until_their_turn_comes_again()
    {
        Verification cut = Verify.Next(new Verification(), Report(Verify.MostDamagedPacks + 1), Rows.Start);
        Assert.Equal(Verify.MostDamagedPacks, cut.DamagedPacks.Count);
        Assert.Equal([(byte)255], cut.PartsLeftOut);
        Assert.Null(cut.ReadAt[255]);
        Assert.NotNull(cut.ReadAt[254]);

        // A run that does not read it says nothing of it.
        CheckReport others = Report(0) with
        {
            FirstBytesRead = new HashSet<byte> { 0 },
        };
        Verification next = Verify.Next(cut, others, Rows.Start.AddDays(1));
        Assert.Equal([(byte)255], next.PartsLeftOut);
        Verification whole = Verify.Next(next, Report(0), Rows.Start.AddDays(2));
        Assert.Empty(whole.PartsLeftOut);
        Assert.NotNull(whole.ReadAt[255]);
    }

    [Fact]
    public void Packs_that_are_missing_take_no_room_in_the_list() =>
        Assert.Empty(Verify.Next(new Verification(), Report(1, FindingKind.MissingPack), Rows.Start).DamagedPacks);

    [Fact]
    public async Task A_backup_stays_damaged_while_there_are_damaged_packs_that_are_not_listed()
    {
        Backup backup = await BackUpAsync("first");
        await core.Catalog.WriteAsync(s => s.Backups.SetDamageAsync(backup.Id, "Damaged."), default);
        Verification cut = new() { PartsLeftOut = [7] };
        await core.Catalog.WriteAsync(
            s => s.Repositories.VerifiedAsync(Rows.Project, cut.ToText(), provenAt: null, core.Time.Now()),
            default
        );
        // An index that cannot be read: no part counts as read.
        string stray = core.Directory[$"store/{Rows.Project}/index/{new string('0', 64)}"];
        await File.WriteAllTextAsync(stray, "damaged");
        await VerifyAsync(OperationStatus.Failed);
        Assert.Equal("Damaged.", (await core.Catalog.BackupAsync(backup.Id))!.Damage);
        File.Delete(stray);
        await VerifyAsync(OperationStatus.Succeeded);
        Assert.Null((await core.Catalog.BackupAsync(backup.Id))!.Damage);
    }

    [Fact]
    public async Task A_project_without_a_repository_has_nothing_to_verify() =>
        await VerifyAsync(OperationStatus.Succeeded);

    [Fact]
    public async Task A_backup_beside_it_is_neither_hindered_nor_taken_for_damage()
    {
        await BackUpAsync("first");
        Operation verify = await QueueAsync();
        Operation claimed = await core.ClaimAsync(OperationKind.Verify);
        Assert.Equal(verify.Id, claimed.Id);
        File.WriteAllBytes(Path.Combine(core.PathOf(share), "second"), RandomNumberGenerator.GetBytes(100_000));
        Backup beside = await core.CreateAsync(share);
        Operation backup = await core.ClaimAsync(OperationKind.CreateBackup);
        await Task.WhenAll(core.WorkAsync(claimed), core.WorkAsync(backup));
        Assert.Equal(OperationStatus.Succeeded, (await FindAsync(verify)).Status);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(beside.Id))!.Status);
        Assert.Null((await core.Catalog.BackupAsync(beside.Id))!.Damage);
    }

    private async Task<Backup> BackUpAsync(string file)
    {
        File.WriteAllBytes(Path.Combine(core.PathOf(share), file), RandomNumberGenerator.GetBytes(100_000));
        return await core.BackUpAsync(share);
    }

    private async Task<Operation> QueueAsync()
    {
        Operation queued = NewOperation.Of(OperationKind.Verify, Rows.Project, core.Time.Now());
        await core.Catalog.WriteAsync(session => session.Operations.AddAsync(queued), default);
        return queued;
    }

    private async Task<Operation> VerifyAsync(string status)
    {
        Operation queued = await QueueAsync();
        await core.DrainAsync();
        Operation ended = await FindAsync(queued);
        Assert.Equal(status, ended.Status);
        return ended;
    }

    private async Task<Operation> FindAsync(Operation operation) =>
        (await core.Catalog.ReadAsync(session => session.Operations.FindAsync(operation.Id), default))!;

    private Task<Backup?> NewestGoodAsync() =>
        core.Catalog.ReadAsync(
            session => session.Backups.NewestGoodAsync(Rows.Project, share.Id, ofVolume: false),
            default
        );

    private async Task<DateTimeOffset?> ProvenAtAsync(Backup backup) =>
        (await core.Get<BackupListService>().GetAsync(WorkerFixture.Member, backup.Id, default)).ProvenAt;

    private async Task<int> ToldAsync(Backup backup) =>
        (await core.Catalog.MessagesAsync(backup.Id)).Count(message => message.DetailId == MessageDetail.Damaged);

    private async Task<ProjectRepository> RepositoryAsync()
    {
        ProjectRepository plain = (await core.Catalog.ReadAsync(s => s.Repositories.FindAsync(Rows.Project), default))!;
        // It may be long, and is not read with every row.
        Assert.Null(plain.Verification);
        return Assert.Single(
            await core.Catalog.ReadAsync(s => s.Repositories.WithVerificationAsync(Rows.Project), default)
        );
    }

    /// <summary>Everything read; damaged are so many packs, the last of them alone in the last part.</summary>
    private static CheckReport Report(int damaged, FindingKind kind = FindingKind.DamagedPack)
    {
        IEnumerable<CheckFinding> findings = Enumerable
            .Range(0, damaged)
            .Select(number => $"{(number < Verify.MostDamagedPacks ? "00" : "ff")}{number:x62}")
            .Select(id => new CheckFinding(kind, $"data/{id[..2]}/{id}", "It is damaged."));
        return new CheckReport([.. findings], Snapshots: 1, Trees: 1, Packs: damaged, PacksRead: damaged, BytesRead: 0)
        {
            FirstBytesRead = Enumerable.Range(0, 256).Select(number => (byte)number).ToHashSet(),
        };
    }

    private string[] Packs() =>
        Directory.GetFiles(core.Directory[$"store/{Rows.Project}/data"], "*", SearchOption.AllDirectories);

    private string SnapshotOf(Backup backup) => core.Directory[$"store/{Rows.Project}/snapshots/{backup.SnapshotId}"];

    private static void Flip(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = File.Open(path, FileMode.Open);
        file.Position = 40;
        int old = file.ReadByte();
        file.Position = 40;
        file.WriteByte((byte)(old ^ 1));
    }
}
