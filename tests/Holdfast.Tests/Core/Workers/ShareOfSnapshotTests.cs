using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Shares that are made of share snapshots, on each kind of file system: the snapshot as it is, whole or not there.</summary>
public sealed class ShareOfSnapshotTests
{
    [Theory]
    [InlineData("btrfs", false)]
    [InlineData("btrfs", true)]
    [InlineData("plain", false)]
    public async Task It_is_what_the_snapshot_is_and_a_share_as_any_other(string kind, bool plainShare)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind, plainShare);
        NastyTree.Build(scene.Directory);
        Copy.Of(scene.Directory, scene["expected"]);
        ShareSnapshot snapshot = await scene.TakeAsync();
        Changes.Apply(scene.Directory);

        Share made = await MakeAsync(scene, snapshot);
        Assert.Equal((ShareStatus.Available, snapshot.Id, 1), (made.Status, made.SnapshotId, made.Size));
        Assert.NotNull(made.ExportPath);
        TreeComparison noSockets = new() { IgnoreSockets = true };
        string directory = scene.Core.PathOf(made);
        TreeComparer.AssertEqual(scene["expected"], directory, noSockets);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));

        // Neither is the other any more.
        Changes.Apply(directory);
        TreeComparer.AssertEqual(scene["expected"], scene["snapshots/" + snapshot.Id], noSockets);
        using (DirectoryHandle handle = DirectoryHandle.Open(directory))
        {
            Assert.Equal(kind == "btrfs", handle.IsSubvolume);
        }
        await scene.Core.BackUpAsync(made);
        await scene.Core.Get<ShareSnapshotService>().DeleteAsync(WorkerFixture.Member, snapshot.Id, default);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.FindAsync(snapshot.Id));
        Assert.Equal(snapshot.Id, (await scene.Core.Catalog.ShareAsync(made.Id))!.SnapshotId);
    }

    [Theory]
    [MemberData(nameof(ShareSnapshotTests.Kinds), MemberType = typeof(ShareSnapshotTests))]
    public async Task One_that_died_half_way_is_begun_again(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        ShareSnapshot snapshot = await TakeAsync(scene, how);
        Share made = await scene.StartShareAsync(snapshot);
        Operation doomed = await scene.Core.ClaimAsync();
        string half = scene[$"captures/{ClaimName.Of(doomed)}"];
        Directory.CreateDirectory(half);
        RawFiles.Write((RawPath)half / "file", "con");
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        await AssertWholeAsync(scene, made);
    }

    [Theory]
    [MemberData(nameof(ShareSnapshotTests.Kinds), MemberType = typeof(ShareSnapshotTests))]
    public async Task One_that_died_before_it_had_its_place_is_begun_again(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        ShareSnapshot snapshot = await TakeAsync(scene, how);
        Share made = await scene.StartShareAsync(snapshot);
        Operation doomed = await scene.Core.ClaimAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            PlaceAsync(scene, made, snapshot, doomed, () => throw new InvalidOperationException())
        );
        Assert.False(Directory.Exists(scene.Core.PathOf(made)));
        Assert.True(File.Exists(scene[$"captures/{ClaimName.Of(doomed)}/file"]));
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        await AssertWholeAsync(scene, made);
    }

    [Theory]
    [MemberData(nameof(ShareSnapshotTests.Kinds), MemberType = typeof(ShareSnapshotTests))]
    public async Task One_that_died_after_it_had_its_place_is_kept(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        ShareSnapshot snapshot = await TakeAsync(scene, how);
        Share made = await scene.StartShareAsync(snapshot);
        Operation doomed = await scene.Core.ClaimAsync();
        Assert.True(await PlaceAsync(scene, made, snapshot, doomed, () => Task.FromResult(true)));
        string mark = Path.Join(scene.Core.PathOf(made), "mark");
        await File.WriteAllTextAsync(mark, "kept");
        await scene.Core.ExpireAsync();
        await scene.Core.DrainAsync();
        await AssertWholeAsync(scene, made);
        Assert.True(File.Exists(mark));
    }

    [Theory]
    [MemberData(nameof(ShareSnapshotTests.Kinds), MemberType = typeof(ShareSnapshotTests))]
    public async Task A_worker_whose_claim_is_over_gives_nothing_its_place(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        ShareSnapshot snapshot = await TakeAsync(scene, how);
        Share made = await scene.StartShareAsync(snapshot);
        Operation doomed = await scene.Core.ClaimAsync();
        await scene.Core.ExpireAsync();
        await scene.Core.WorkAsync(doomed);
        Assert.False(Directory.Exists(scene.Core.PathOf(made)));
        await scene.Core.DrainAsync();
        await AssertWholeAsync(scene, made);
    }

    [Theory]
    [MemberData(nameof(ShareSnapshotTests.Kinds), MemberType = typeof(ShareSnapshotTests))]
    public async Task One_that_is_deleted_while_it_is_made_leaves_nothing(string kind, string how)
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync(kind);
        ShareSnapshot snapshot = await TakeAsync(scene, how);
        Share made = await scene.StartShareAsync(snapshot);
        Operation doomed = await scene.Core.ClaimAsync();

        // The worker does not hear of its end before it is about to give the copy its place.
        async Task<bool> DeleteAsync()
        {
            await scene.Core.Shares.ForceDeleteAsync(CoreFixture.Admin, made.Id, default);
            await scene.Core.ExpireAsync();
            await scene.Core.DrainAsync();
            return true;
        }

        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            PlaceAsync(scene, made, snapshot, doomed, DeleteAsync)
        );
        Assert.Contains("ENOENT", error.Message, StringComparison.Ordinal);
        Assert.Null(await scene.Core.Catalog.ShareAsync(made.Id));
        Assert.False(Directory.Exists(scene.Core.PathOf(made)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["trash"]));
    }

    [Fact]
    public async Task A_snapshot_stays_while_a_share_is_made_of_it_unless_by_force()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        ShareSnapshot snapshot = await TakeAsync(scene, "copy");
        Share made = await scene.StartShareAsync(snapshot);
        ShareSnapshotService snapshots = scene.Core.Get<ShareSnapshotService>();
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            snapshots.DeleteAsync(WorkerFixture.Member, snapshot.Id, default)
        );
        Assert.Equal($"Invalid share snapshot: share {made.Id} is being made of it.", error.Message);

        // Its status is no matter of the share's.
        await snapshots.ResetStatusAsync(CoreFixture.Admin, snapshot.Id, "available", default);
        Assert.Equal(ShareStatus.Creating, (await scene.Core.Catalog.ShareAsync(made.Id))!.Status);

        await snapshots.ForceDeleteAsync(CoreFixture.Admin, snapshot.Id, default);
        Assert.Equal(ShareStatus.Error, (await scene.Core.Catalog.ShareAsync(made.Id))!.Status);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.FindAsync(snapshot.Id));
        Assert.False(Directory.Exists(scene.Core.PathOf(made)));
    }

    [Fact]
    public async Task What_cannot_be_made_is_an_error_that_can_be_deleted()
    {
        await using ShareSnapshotScene scene = await ShareSnapshotScene.MakeAsync("plain");
        ShareSnapshot snapshot = await TakeAsync(scene, "copy");
        Directory.Delete(scene["snapshots/" + snapshot.Id], recursive: true);
        Share made = await MakeAsync(scene, snapshot);
        Assert.Equal(ShareStatus.Error, made.Status);
        Assert.False(Directory.Exists(scene.Core.PathOf(made)));
        await scene.Core.Shares.DeleteAsync(WorkerFixture.Member, made.Id, default);
        await scene.Core.DrainAsync();
        Assert.Null(await scene.Core.Catalog.ShareAsync(made.Id));
    }

    /// <summary>A snapshot with one file.</summary>
    private static async Task<ShareSnapshot> TakeAsync(ShareSnapshotScene scene, string how)
    {
        RawFiles.Write((RawPath)scene.Directory / "file", "content");
        ShareSnapshot taken = await scene.TakeAsync();
        Assert.Equal((ShareSnapshotStatus.Available, how), (taken.Status, taken.Capture));
        RawFiles.Write((RawPath)scene.Directory / "file", "changed");
        return taken;
    }

    private static async Task<Share> MakeAsync(ShareSnapshotScene scene, ShareSnapshot snapshot)
    {
        Share made = await scene.StartShareAsync(snapshot);
        await scene.Core.DrainAsync();
        return (await scene.Core.Catalog.ShareAsync(made.Id))!;
    }

    private static Task<bool> PlaceAsync(
        ShareSnapshotScene scene,
        Share share,
        ShareSnapshot snapshot,
        Operation claimed,
        Func<Task<bool>> isHeld
    ) => scene.Core.Get<SharesOfSnapshots>().MakeAsync(share, snapshot, claimed, isHeld, _ => { }, default);

    private static async Task AssertWholeAsync(ShareSnapshotScene scene, Share made)
    {
        Assert.Equal(ShareStatus.Available, (await scene.Core.Catalog.ShareAsync(made.Id))!.Status);
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(scene.Core.PathOf(made), "file")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scene["captures"]));
    }
}
