using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Share snapshots on each kind of file system: the share as it was, whole or not there, and gone when deleted.</summary>
public sealed class ShareSnapshotTests
{
    public static readonly TheoryData<string, string> Kinds = new()
    {
        { "btrfs", "snapshot" },
        { "xfs", "copy" },
        { "plain", "copy" },
    };

    [Theory]
    [InlineData("btrfs", false, "snapshot")]
    [InlineData("btrfs", true, "copy")]
    [InlineData("plain", true, "copy")]
    public async Task A_snapshot_is_the_share_as_it_was_and_goes_when_it_is_deleted(
        string kind,
        bool plainShare,
        string how
    )
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind, plainShare);
        NastyTree.Build(scene.Directory);
        Copy.Of(scene.Directory, scene["expected"]);
        ShareSnapshot made = await scene.TakeAsync();
        Assert.Equal((ShareSnapshotStatus.Available, how), (made.Status, made.Capture));
        Assert.Equal(how == "copy", await scene.IsToldOfAsync(made.Id));
        Changes.Apply(scene.Directory);
        TreeComparer.AssertEqual(
            scene["expected"],
            scene["snapshots/" + made.Id],
            new TreeComparison { IgnoreSockets = true }
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["snapshots"]).Skip(1));

        await scene.Core.Get<ShareSnapshotService>().DeleteAsync(WorkerFixture.Member, made.Id, default);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.FindAsync(made.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["snapshots"]));
        if (Directory.Exists(scene["trash"]))
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(scene["trash"]));
        }
    }

    /// <summary>Four copies of 160 MiB on a disk of at most 512: only shared blocks fit.</summary>
    [Theory]
    [InlineData("btrfs")]
    [InlineData("xfs")]
    public async Task A_copy_shares_its_blocks_where_it_can(string kind)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind, plainShare: true);
        await using (FileStream big = File.Create(Path.Join(scene.Directory, "big")))
        {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 160; i++)
            {
                Random.Shared.NextBytes(part);
                await big.WriteAsync(part, TestContext.Current.CancellationToken);
            }
        }
        for (int i = 0; i < 4; i++)
        {
            ShareSnapshot made = await scene.TakeAsync();
            Assert.Equal((ShareSnapshotStatus.Available, "copy"), (made.Status, made.Capture));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_died_after_it_was_made_is_kept(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "then");
        ShareSnapshot made = await scene.StartAsync();
        Operation doomed = await scene.Core.ClaimAsync();
        await scene
            .Core.Get<ShareSnapshots>()
            .TakeAsync(scene.Share, made, doomed, () => Task.FromResult(true), _ => { }, default);
        RawFiles.Write((RawPath)scene.Directory / "file", "now!");
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Available, how), await scene.StateAsync(made.Id));
        Assert.Equal("then", await File.ReadAllTextAsync(scene[$"snapshots/{made.Id}/file"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_is_deleted_while_it_is_made_leaves_nothing(string kind, string how)
    {
        Assert.NotEmpty(how);
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot made = await scene.StartAsync();
        Operation doomed = await scene.Core.ClaimAsync();

        // The worker does not hear of its end before it is about to give the copy its name.
        async Task<bool> DeleteAsync()
        {
            await scene.Core.Get<ShareSnapshotService>().ForceDeleteAsync(CoreFixture.Admin, made.Id, default);
            // Nothing else is done to the share until the worker has let go of it, or its lease is over.
            await scene.Core.ExpireAsync();
            await scene.Core.DrainAsync();
            return true;
        }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            scene.Core.Get<ShareSnapshots>().TakeAsync(scene.Share, made, doomed, DeleteAsync, _ => { }, default)
        );
        Assert.Contains("ENOENT", error.Message, StringComparison.Ordinal);
        Assert.Null(await scene.FindAsync(made.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["snapshots"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["trash"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_worker_whose_claim_is_over_gives_nothing_its_name(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot made = await scene.StartAsync();
        Operation doomed = await scene.Core.ClaimAsync();
        await scene.Core.ExpireAsync();
        await scene.Core.WorkAsync(doomed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["snapshots"]));
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Available, how), await scene.StateAsync(made.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
    }

    [Fact]
    public async Task A_copy_that_fails_frees_what_it_took()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("ext4");
        await using (FileStream big = File.Create(Path.Join(scene.Directory, "big")))
        {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 40; i++)
            {
                await big.WriteAsync(part, TestContext.Current.CancellationToken);
            }
        }
        ShareSnapshot made = await scene.TakeAsync();
        Assert.Equal((ShareSnapshotStatus.Error, null), (made.Status, made.Capture));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_died_half_way_is_begun_again(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot made = await scene.StartAsync();
        Operation doomed = await scene.Core.ClaimAsync();
        string half = scene[$"captures/{ClaimName.Of(doomed)}"];
        Directory.CreateDirectory(half);
        RawFiles.Write((RawPath)half / "file", "con");
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Available, how), await scene.StateAsync(made.Id));
        Assert.Equal("content", await File.ReadAllTextAsync(scene[$"snapshots/{made.Id}/file"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
    }

    /// <summary>The kernel makes a snapshot whole or not at all, so there is one that is not yet named, or not yet closed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_btrfs_one_that_died_between_two_steps_is_whole_and_closed_in_the_end(bool named)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("btrfs");
        RawFiles.Write((RawPath)scene.Directory / "file", "then");
        ShareSnapshot made = await scene.StartAsync();
        Operation doomed = await scene.Core.ClaimAsync();
        string working = scene[$"captures/{ClaimName.Of(doomed)}"];
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            scene
                .Core.Get<ShareSnapshots>()
                .TakeAsync(scene.Share, made, doomed, () => throw new InvalidOperationException(), _ => { }, default)
        );
        Assert.True(File.Exists(Path.Join(working, "file")));
        if (named)
        {
            Directory.Move(working, scene[$"snapshots/{made.Id}"]);
        }
        RawFiles.Write((RawPath)scene.Directory / "file", "now!");
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Available, "snapshot"), await scene.StateAsync(made.Id));
        Assert.Equal(named ? "then" : "now!", await File.ReadAllTextAsync(scene[$"snapshots/{made.Id}/file"]));
        Assert.Throws<IOException>(() => File.WriteAllText(scene[$"snapshots/{made.Id}/file"], "changed"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
        Assert.Single(Directory.EnumerateFileSystemEntries(scene["snapshots"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_no_row_names_is_given_a_day(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot kept = await scene.TakeAsync();
        ShareSnapshot back = await scene.TakeAsync();
        ShareSnapshot gone = await scene.TakeAsync();
        Assert.Equal(how, gone.Capture);
        Directory.CreateDirectory(scene["snapshots/not an id"]);
        string[] all = scene.Snapshots;
        await scene.ForgetAsync(back);
        await scene.ForgetAsync(gone);

        await scene.ReapAsync();
        scene.Core.Time.Advance(TimeSpan.FromHours(23));
        await scene.ReapAsync();
        Assert.Equal(all, scene.Snapshots);

        // A newer copy of the catalog names it.
        await scene.Core.Catalog.WriteAsync(session => session.ShareSnapshots.AddAsync(back), default);
        scene.Core.Time.Advance(TimeSpan.FromHours(1));
        await scene.ReapAsync();
        Assert.Equal(all.Except([gone.Id]), scene.Snapshots);
        Assert.Equal("content", await File.ReadAllTextAsync(scene[$"snapshots/{back.Id}/file"]));
        Assert.Equal("content", await File.ReadAllTextAsync(scene[$"snapshots/{kept.Id}/file"]));

        // Its day begins anew.
        await scene.ForgetAsync(back);
        await scene.ReapAsync();
        Assert.Equal(all.Except([gone.Id]), scene.Snapshots);
    }

    [Fact]
    public async Task One_that_no_row_names_stays_while_the_store_knows_more_than_the_catalog()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        await scene.Core.BackUpAsync(scene.Share);
        await scene.Core.DrainAsync();
        ShareSnapshot made = await scene.TakeAsync();
        await scene.ForgetAsync(made);
        await scene.Core.Catalog.WriteAsync(
            session => session.ExecuteAsync("UPDATE repositories SET export_sequence = 0"),
            default
        );
        await scene.ReapAsync();
        scene.Core.Time.Advance(TimeSpan.FromDays(2));
        await scene.ReapAsync();
        Assert.Equal([made.Id], scene.Snapshots);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_removal_that_died_anywhere_is_finished(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot made = await scene.TakeAsync();
        Assert.Equal(how, made.Capture);
        await scene.Core.Get<ShareSnapshotService>().DeleteAsync(WorkerFixture.Member, made.Id, default);
        await scene.Core.ClaimAsync();
        scene.Core.Get<ShareSnapshots>().Remove(made.Root, made.Id);
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        Assert.Null(await scene.FindAsync(made.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["snapshots"]));
    }

    [Fact]
    public async Task What_cannot_be_made_is_an_error_and_can_be_deleted()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        ShareSnapshot made = await scene.StartAsync();
        Directory.Delete(scene.Directory);
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Error, null), await scene.StateAsync(made.Id));
        await scene.Core.Get<ShareSnapshotService>().DeleteAsync(WorkerFixture.Member, made.Id, default);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.FindAsync(made.Id));
    }

    [Fact]
    public async Task A_share_with_a_snapshot_is_not_backed_up_and_backups_own_captures_do_not_count()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("btrfs");
        await scene.Core.BackUpAsync(scene.Share);
        ShareSnapshot made = await scene.TakeAsync();
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => scene.Core.CreateAsync(scene.Share));
        Assert.Equal($"Cannot backup share {scene.Share.Id} while it has snapshots.", error.Message);
        await scene.Core.Get<ShareSnapshotService>().DeleteAsync(WorkerFixture.Member, made.Id, default);
        await scene.Core.DrainAsync();
        await scene.Core.BackUpAsync(scene.Share);
    }

    [Fact]
    public async Task A_share_is_not_restored_while_a_snapshot_of_it_is_made()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        Backup backup = await scene.Core.BackUpAsync(scene.Share);
        await scene.StartAsync();
        await scene.Core.ClaimAsync();
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            scene.Core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default)
        );
        Assert.Equal(
            (
                ServiceErrorKind.Invalid,
                "Invalid share: Share to be restored to must be available; a snapshot of it is being made."
            ),
            (error.Kind, error.Message)
        );
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        await scene.Core.Backups.RestoreAsync(WorkerFixture.Member, backup.Id, null, false, default);
    }

    [Fact]
    public async Task A_snapshot_waits_until_its_share_is_available()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        ShareSnapshot made = await scene.StartAsync();
        await scene.SetShareAsync(ShareStatus.BackupRestoring);
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Creating, null), await scene.StateAsync(made.Id));
        Operation waiting = Assert.Single(await scene.Core.QueuedAsync());
        Assert.Contains("is backup_restoring.", waiting.Message, StringComparison.Ordinal);
        await scene.SetShareAsync(ShareStatus.Available);
        scene.Core.Time.Advance(waiting.NotBefore - scene.Core.Time.GetUtcNow());
        await scene.Core.DrainAsync();
        Assert.Equal((ShareSnapshotStatus.Available, "copy"), await scene.StateAsync(made.Id));
    }
}
