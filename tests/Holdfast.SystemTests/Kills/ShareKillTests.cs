using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>The service is killed between two steps of making or removing a share or a share snapshot, and started again.</summary>
[Trait("e2e", "kills")]
public sealed class ShareKillTests
{
    [Fact]
    public async Task AShareIsMadeByTheNextProcess()
    {
        await using Mortal mortal = await Mortal.StartAsync();

        string id = "";
        await mortal.DieAsync("syncfs", mortal.Root, async () => id = await MakeShareAsync(mortal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(mortal.Root, id)));
        await mortal.StartAgainAsync();

        Assert.Equal("available", await mortal.Tenant.ShareStatusAsync(id));
        await mortal.Tenant.BackUpAsync(new Share(id, Path.Join(mortal.Root, id)));
    }

    [Theory]
    // It is in the trash.
    [InlineData("syncfs", "", "deleting")]
    // The transaction is closed, and the trash is being emptied.
    [InlineData("unlinkat", "trash/{id}", null)]
    public async Task AShareIsRemovedByTheNextProcess(string calls, string path, string? status)
    {
        await using Mortal mortal = await Mortal.StartAsync();
        string id = mortal.Share.Id;

        await mortal.DieAsync(
            calls,
            Path.Join(mortal.Root, path.Replace("{id}", id)).TrimEnd('/'),
            async () => (await mortal.Session.DeleteAsync($"/v2/shares/{id}")).Checked()
        );
        Assert.False(Directory.Exists(mortal.Share.Directory));
        Assert.Equal([id], Mortal.In(Path.Join(mortal.Root, "trash")));
        await mortal.Server.StartAgainAsync();
        if (status is null)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await mortal.Session.GetAsync($"/v2/shares/{id}")).Status);
        }
        await mortal.SettleAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await mortal.Session.GetAsync($"/v2/shares/{id}")).Status);
        await TrashIsEmptyAsync(mortal);
    }

    [Theory]
    // Its files are being copied.
    [InlineData(false, "ftruncate", false)]
    // It is whole, and has not its place.
    [InlineData(false, "renameat", false)]
    [InlineData(true, "renameat", false)]
    // It has its place.
    [InlineData(false, "syncfs", true)]
    [InlineData(true, "syncfs", true)]
    public async Task AShareOfASnapshotIsMadeByTheNextProcess(bool btrfs, string calls, bool placed)
    {
        await using Mortal mortal = await Mortal.StartAsync(btrfs);
        string snapshot = await MakeSnapshotAsync(mortal);
        await mortal.SettleAsync();
        await mortal.WriteAsync("changed");

        string id = "";
        await mortal.DieAsync(calls, PathOf(mortal, calls), async () => id = await MakeShareAsync(mortal, snapshot));
        string made = Path.Join(mortal.Root, id);
        Assert.Equal(placed, Directory.Exists(made));
        Assert.Equal(placed ? 0 : 1, mortal.Captures().Length);
        await mortal.StartAgainAsync();

        Assert.Equal("available", await mortal.Tenant.ShareStatusAsync(id));
        Assert.Equal("before", await File.ReadAllTextAsync(Path.Join(made, "file")));
        Assert.Empty(mortal.Captures());
        await TrashIsEmptyAsync(mortal);
    }

    [Theory]
    [InlineData(false, "ftruncate", false)]
    [InlineData(false, "renameat", false)]
    [InlineData(true, "renameat", false)]
    [InlineData(false, "syncfs", true)]
    // It has its place, and can be written to still.
    [InlineData(true, "syncfs", true)]
    public async Task AShareSnapshotIsMadeByTheNextProcess(bool btrfs, string calls, bool placed)
    {
        await using Mortal mortal = await Mortal.StartAsync(btrfs);

        string id = "";
        await mortal.DieAsync(calls, PathOf(mortal, calls), async () => id = await MakeSnapshotAsync(mortal));
        Assert.Equal(placed ? [id] : [], Mortal.In(Path.Join(mortal.Root, "snapshots")));
        Assert.Equal(placed ? 0 : 1, mortal.Captures().Length);
        await mortal.StartAgainAsync();

        Assert.Equal("available", await SnapshotStatusAsync(mortal, id));
        Assert.Equal("before", await File.ReadAllTextAsync(Path.Join(mortal.Root, "snapshots", id, "file")));
        Assert.Empty(mortal.Captures());
        await TrashIsEmptyAsync(mortal);
    }

    [Theory]
    // It is in its place.
    [InlineData(false, "renameat", "snapshots", true)]
    [InlineData(true, "ioctl", "snapshots", true)]
    // It is in the trash, or gone.
    [InlineData(false, "syncfs", "", false)]
    [InlineData(true, "syncfs", "", false)]
    // The transaction is closed, and the trash is being emptied.
    [InlineData(false, "unlinkat", "trash/{id}", false)]
    public async Task AShareSnapshotIsRemovedByTheNextProcess(bool btrfs, string calls, string path, bool there)
    {
        await using Mortal mortal = await Mortal.StartAsync(btrfs);
        string id = await MakeSnapshotAsync(mortal);
        await mortal.SettleAsync();

        await mortal.DieAsync(
            calls,
            Path.Join(mortal.Root, path.Replace("{id}", id)).TrimEnd('/'),
            async () => (await mortal.Session.DeleteAsync($"/v2/snapshots/{id}")).Checked()
        );
        Assert.Equal(there ? [id] : [], Mortal.In(Path.Join(mortal.Root, "snapshots")));
        await mortal.StartAgainAsync();

        Assert.Null(await SnapshotStatusAsync(mortal, id));
        Assert.Empty(Mortal.In(Path.Join(mortal.Root, "snapshots")));
        await TrashIsEmptyAsync(mortal);
    }

    /// <summary>Of what is copied the path is nobody's to know before.</summary>
    private static string[] PathOf(Mortal mortal, string calls) =>
        calls switch
        {
            "renameat" => [Path.Join(mortal.Root, "captures")],
            "syncfs" => [mortal.Root],
            _ => [],
        };

    private static async Task<string> MakeShareAsync(Mortal mortal, string? snapshot = null)
    {
        var share = new
        {
            share_proto = "NFS",
            size = 1,
            snapshot_id = snapshot,
        };
        Reply made = (await mortal.Session.PostAsync("/v2/shares", new { share })).Checked();
        return made["share"]["id"]!.GetValue<string>();
    }

    private static async Task<string> MakeSnapshotAsync(Mortal mortal)
    {
        var snapshot = new { share_id = mortal.Share.Id };
        Reply made = (await mortal.Session.PostAsync("/v2/snapshots", new { snapshot })).Checked();
        return made["snapshot"]["id"]!.GetValue<string>();
    }

    private static async Task<string?> SnapshotStatusAsync(Mortal mortal, string id)
    {
        Reply shown = await mortal.Session.GetAsync($"/v2/snapshots/{id}");
        return shown.Status == HttpStatusCode.NotFound ? null : shown["snapshot"]["status"]!.GetValue<string>();
    }

    /// <summary>A reap empties it, which is nobody's operation to see.</summary>
    private static Task TrashIsEmptyAsync(Mortal mortal) =>
        Eventually.HoldsAsync(
            "the trash to be empty",
            () => Task.FromResult(Mortal.In(Path.Join(mortal.Root, "trash")).Length == 0)
        );
}
