using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast key</c> beside a real service, and while it is stopped.</summary>
public sealed class KeyVerbTests
{
    [Fact]
    public async Task TheMasterKeyIsChangedWhileTheServiceIsStopped()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Join(share.Directory, "file"), "before\n");
        string backup = await tenant.BackUpAsync(share);
        ProcessResult refused = await server.TryRunAsync("key", "rotate-master");
        Assert.Equal(75, refused.ExitCode);

        await server.StopAsync();
        await server.RunAsync("key", "rotate-master");
        await server.StartAgainAsync();
        RawFiles.Write(Path.Join(share.Directory, "file"), "after\n");
        // With the token of before.
        await tenant.RestoreAsync(backup, share);
        Assert.Equal("before\n", await File.ReadAllTextAsync(Path.Join(share.Directory, "file")));
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
    }

    [Fact]
    public async Task ADestroyedKeyTakesTheBackupsAndTheNextOneIsANewBeginning()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant owner = await Tenant.CreateAsync(server.Url, "owner");
        using Tenant recipient = await Tenant.CreateAsync(server.Url, "recipient");
        Share share = await owner.CreateShareAsync();
        RawFiles.Write(Path.Join(share.Directory, "file"), "before\n");
        string backup = await owner.BackUpAsync(share);
        await new VerbClient(server, "sharing", VerbClient.Variables(server, owner)).AskAsync(
            "create",
            backup,
            "--to",
            recipient.ProjectId
        );
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(recipient, backup));
        using (Restic former = await server.OpenRepositoryAsync(owner.ProjectId))
        {
            await former.RunAsync("snapshots");

            ProcessResult asked = await server.TryRunAsync("key", "destroy", "--project", owner.ProjectId);
            Assert.Equal(1, asked.ExitCode);
            Assert.Contains("1 backups, which 1 sharings give to others", asked.Error, StringComparison.Ordinal);
            await DestroyAsync(server, owner.ProjectId);
            await Assert.ThrowsAsync<InvalidOperationException>(() => former.RunAsync("snapshots"));
        }
        JsonNode shown = await owner.ShowBackupAsync(backup);
        Assert.Equal("error", shown["status"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(recipient, backup));
        JsonNode trail = (await owner.Session.GetAsync("/api/v1/audit?action=key.destroy"))["audit"];
        Assert.Equal("1", trail[0]!["details"]!["backups"]!.GetValue<string>());

        string next = await owner.BackUpAsync(share);
        RawFiles.Write(Path.Join(share.Directory, "file"), "after\n");
        await owner.RestoreAsync(next, share);
        Assert.Equal("before\n", await File.ReadAllTextAsync(Path.Join(share.Directory, "file")));
        await owner.DeleteAsync(backup);
        using Restic restic = await server.OpenRepositoryAsync(owner.ProjectId);
        await restic.CheckAsync();
    }

    private static async Task<HttpStatusCode> StatusAsync(Tenant tenant, string backup) =>
        (await tenant.Session.GetAsync($"/v2/share-backups/{backup}")).Status;

    /// <summary>An export of the last change may be at work for a moment.</summary>
    private static Task DestroyAsync(HoldfastServer server, string project) =>
        Eventually.HoldsAsync(
            "the key to be destroyed",
            async () =>
            {
                ProcessResult result = await server.TryRunAsync("key", "destroy", "--project", project, "--yes");
                Assert.True(
                    result.ExitCode == 0 || result.Error.Contains("is at work", StringComparison.Ordinal),
                    result.Error
                );
                return result.ExitCode == 0;
            }
        );
}
