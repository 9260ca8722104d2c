using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>One snapshot object of a project is damaged: what that stops, and what <c>docs/user/repair.md</c> has done about it.</summary>
public sealed class DamagedSnapshotTests
{
    [Fact]
    public async Task BackupsGoOnOnceTheOperatorHasForgottenIt()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "unlucky");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write((RawPath)share.Directory / "file", "content\n");
        string lost = await tenant.BackUpAsync(share);
        string repository = Path.Combine(server.DataDirectory, "store", tenant.ProjectId);
        string snapshot = Assert.Single(Directory.GetFiles(Path.Combine(repository, "snapshots")));
        byte[] bytes = await File.ReadAllBytesAsync(snapshot);
        bytes[50] ^= 0x10;
        File.Delete(snapshot);
        await File.WriteAllBytesAsync(snapshot, bytes);

        string refused = await tenant.StartBackupAsync(share);
        await tenant.SettleAsync(share);
        Assert.Equal("error", (await tenant.BackupStatesAsync())[refused]);

        string password = server.Scratch["password"];
        await File.WriteAllTextAsync(password, await server.RunAsync("key", "export", "--project", tenant.ProjectId));
        string id = Path.GetFileName(snapshot);
        await server.RunAsync("repo", "forget", id, "--repo", repository, "--password-file", password);
        await tenant.DeleteAsync(lost);
        await tenant.DeleteAsync(refused);
        string backup = await tenant.BackUpAsync(share);
        File.Delete(Path.Combine(share.Directory, "file"));
        await tenant.RestoreAsync(backup, share);
        Assert.Equal("content\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "file")));
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
    }
}
