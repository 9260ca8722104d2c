using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
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
