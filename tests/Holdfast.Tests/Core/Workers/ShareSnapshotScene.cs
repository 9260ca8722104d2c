using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Testing.Files;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A share on a disk of some kind.</summary>
internal sealed class ShareSnapshotScene(LoopDisk? disk, WorkerFixture core, Share share) : IAsyncDisposable
{
    public WorkerFixture Core => core;

    public Share Share => share;

    /// <summary>The share's.</summary>
    public string Directory => core.PathOf(share);

    /// <summary>A path beneath the share root.</summary>
    public string this[string path] => Path.Join(core.Get<ShareRoots>().AbsolutePath(share.Root, ""), path);

    public static async Task<ShareSnapshotScene> MakeAsync(string kind, bool plainShare = false)
    {
        LoopDisk? disk = kind switch
        {
            "btrfs" => await LoopDisk.BtrfsAsync(),
            "xfs" => await LoopDisk.XfsAsync(),
            "ext4" => await LoopDisk.Ext4Async(),
            _ => null,
        };
        WorkerFixture core = await WorkerFixture.MakeAsync(options =>
            disk is null ? options : options with { ShareRoots = [new("local", disk.Path)] }
        );
        ShareSnapshotScene scene = new(disk, core, await core.ShareAsync());
        if (plainShare)
        {
            System.IO.Directory.Move(scene.Directory, scene["away"]);
            System.IO.Directory.CreateDirectory(scene.Directory);
        }
        return scene;
    }

    public Task<ShareSnapshot> StartAsync() =>
        core.Get<ShareSnapshotService>()
            .CreateAsync(
                WorkerFixture.Member,
                new NewShareSnapshot(share.Id, "name", null, new Dictionary<string, string>()),
                default
            );

    public async Task<ShareSnapshot> TakeAsync()
    {
        ShareSnapshot made = await StartAsync();
        await core.DrainAsync();
        return (await FindAsync(made.Id))!;
    }

    public Task<ShareSnapshot?> FindAsync(string id) =>
        core.Catalog.ReadAsync(session => session.ShareSnapshots.FindAsync(id), default);

    public Task<bool> SetShareAsync(string status) =>
        core.Catalog.WriteAsync(
            session => session.Shares.SetStatusAsync(share.Id, from: null, status, core.Time.GetUtcNow()),
            default
        );

    /// <summary>Asks for a share of the snapshot, of the same size and type.</summary>
    public Task<Share> StartShareAsync(ShareSnapshot snapshot) =>
        core.Shares.CreateAsync(
            WorkerFixture.Member,
            new NewShare("NFS", null, "made of it", null, false, null, null, new Dictionary<string, string>())
            {
                SnapshotId = snapshot.Id,
            },
            default
        );

    /// <summary>What lies beneath the root's snapshots, in order.</summary>
    public string[] Snapshots =>
        [
            .. System
                .IO.Directory.EnumerateDirectories(this["snapshots"])
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>As a catalog does that was put back from a copy.</summary>
    public Task ForgetAsync(ShareSnapshot snapshot) =>
        core.Catalog.WriteAsync(session => session.ShareSnapshots.RemoveAsync(snapshot.Id), default);

    public async Task ReapAsync()
    {
        await core.Catalog.WriteAsync(session => session.QueueReapAsync(share.Root, core.Time.GetUtcNow()), default);
        await core.DrainAsync();
    }

    /// <summary>Whether a message says that the snapshot is not of one moment.</summary>
    public async Task<bool> IsToldOfAsync(string id)
    {
        RowOrder<Message> any = new(new SortColumn<Message>("id", row => row.Id), Descending: false);
        MessageFilter filter = new() { ResourceId = id };
        return (await core.Catalog.ReadAsync(session => session.Messages.ListAsync(filter, any), default)).Any(
            message => message.UserMessage.Contains("not crash-consistent", StringComparison.Ordinal)
        );
    }

    public async Task<(string, string?)> StateAsync(string id) =>
        await FindAsync(id) is { } row ? (row.Status, row.Capture) : ("gone", null);

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        if (disk is not null)
        {
            await disk.DisposeAsync();
        }
    }
}
