using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>A share root on a mount that goes away and comes back. It takes root to mount.</summary>
public sealed class AbsentRootTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private WorkerFixture core = null!;

    private string Root => directory["root"];

    public async ValueTask InitializeAsync()
    {
        directory.Make("disk");
        directory.Make("root");
        await RunAsync("mount", "-t", "tmpfs", "tmpfs", directory["disk"]);
        await RunAsync("mount", "--bind", directory["disk"], Root);
        core = await WorkerFixture.MakeAsync(options => options with { ShareRoots = [new("local", Root)] });
        await core.Get<NodePresence>().AnnounceAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        await ChildProcess.RunAsync("umount", ["--lazy", Root]);
        await ChildProcess.RunAsync("umount", ["--lazy", directory["disk"]]);
        directory.Dispose();
    }

    [Fact]
    public async Task Work_on_its_shares_waits_says_so_and_goes_on_when_it_is_back()
    {
        Share share = await core.ShareAsync();
        Share removed = await core.ShareAsync();
        await File.WriteAllTextAsync(Path.Join(core.PathOf(share), "file"), "content");

        await RunAsync("umount", Root);
        Backup backup = await core.CreateAsync(share);
        await core.Shares.DeleteAsync(WorkerFixture.Member, removed.Id, default);
        Share made = await core.ShareAsync();
        await SayAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
        Assert.Equal(ShareStatus.Creating, made.Status);
        Assert.Equal(ShareStatus.Deleting, (await core.Catalog.ShareAsync(removed.Id))!.Status);
        Assert.StartsWith(
            "Waiting for a node that can reach the share's storage",
            (await core.Catalog.BackupAsync(backup.Id))!.FailReason,
            StringComparison.Ordinal
        );

        await RunAsync("mount", "--bind", directory["disk"], Root);
        await SayAsync();
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(made.Id))!.Status);
        Assert.Null(await core.Catalog.ShareAsync(removed.Id));
        Assert.False(Directory.Exists(core.PathOf(removed)));
    }

    /// <summary>What the node and the scheduler do from time to time.</summary>
    private async Task SayAsync()
    {
        core.Time.Advance(core.Options.Lease);
        await core.Get<NodePresence>().AnnounceAsync(default);
        await core.Get<Scheduler>().TickAsync(default);
    }

    private static async Task RunAsync(string command, params string[] arguments) =>
        (await ChildProcess.RunAsync(command, arguments)).Checked($"{command} (needs root)");
}
