using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The service's promise, end to end: what was backed up comes back, by us and by restic.</summary>
public sealed class ShareBackupTests
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    [Fact]
    public async Task EveryKindOfFileComesBackByResticAndByRestoringInPlace()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "nasty");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        await WholeCycleAsync(server, tenant, share);
    }

    /// <summary>Real files in real numbers: this SDK, and what the distribution has installed.</summary>
    [Fact]
    [Trait("e2e", "large")]
    public async Task FiftyThousandRealFilesComeBackToo()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "large");
        Share share = await tenant.CreateShareAsync();
        (int files, long bytes) = RealFiles.CopyTo(share.Directory, files: 50_000, bytes: 2L << 30);
        TestContext.Current.TestOutputHelper!.WriteLine($"{files} files, {bytes} bytes");
        await WholeCycleAsync(server, tenant, share);
    }

    [Fact]
    public async Task ABackupRestoresIntoAnotherShareOfTheProject()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "two-shares");
        Share source = await tenant.CreateShareAsync();
        Share target = await tenant.CreateShareAsync();
        NastyTree.Build(source.Directory, seed: 2);
        RawFiles.Write(Path.Combine(target.Directory, "of the target"), "is not in the backup\n");

        await tenant.RestoreAsync(await tenant.BackUpAsync(source), target);
        TreeComparer.AssertEqual(source.Directory, target.Directory, Whole);
    }

    [Fact]
    public async Task ADeletedBackupLeavesTheOthersWhole()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "deletes");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Combine(share.Directory, "file"), "first\n");
        string first = await tenant.BackUpAsync(share);
        RawFiles.Write(Path.Combine(share.Directory, "file"), "second\n");
        string second = await tenant.BackUpAsync(share);

        await tenant.DeleteAsync(first);
        RawFiles.Write(Path.Combine(share.Directory, "file"), "third\n");
        await tenant.RestoreAsync(second, share);
        Assert.Equal("second\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "file")));
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
    }

    [Fact]
    public async Task AStoppedServerStartsAgainWithEverythingAsItWas()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stays");
        Share share = await tenant.CreateShareAsync();
        string backup = await tenant.BackUpAsync(share);
        string before = (await tenant.ShowBackupAsync(backup)).ToJsonString();

        ProcessResult stopped = await server.StopAsync();
        Assert.Equal(0, stopped.ExitCode);
        await server.StartAgainAsync();
        Assert.Equal(before, (await tenant.ShowBackupAsync(backup)).ToJsonString());
    }

    /// <summary>Backs up, lets restic judge and restore, changes half of the share, and restores it in place.</summary>
    private static async Task WholeCycleAsync(HoldfastServer server, Tenant tenant, Share share)
    {
        string original = server.Scratch["original"];
        Copy.Of(share.Directory, original);
        string backup = await tenant.BackUpAsync(share);
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
        string restored = server.Scratch["restored"];
        await restic.RestoreAsync($"{await SnapshotOfAsync(restic, backup)}:/{share.Id}", restored);
        TreeComparer.AssertEqual(original, restored, Whole with { IgnoreRoot = true });

        Changes.Apply(share.Directory);
        Assert.NotEmpty(TreeComparer.Compare(original, share.Directory, Whole));
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(original, share.Directory, Whole);
    }

    /// <summary>The snapshot that a backup's tag names.</summary>
    private static async Task<string> SnapshotOfAsync(Restic restic, string backup)
    {
        JsonNode snapshots = JsonNode.Parse(await restic.RunAsync("snapshots", "--json", "--tag", $"backup={backup}"))!;
        return Assert.Single(snapshots.AsArray())!["id"]!.GetValue<string>();
    }
}
