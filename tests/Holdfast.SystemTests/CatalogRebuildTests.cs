using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The store and the master key alone give everything back.</summary>
public sealed class CatalogRebuildTests
{
    [Fact]
    public async Task ALostDatabaseIsMadeAgainAndTheBackupRestores()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "unlucky");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        string original = server.Scratch["original"];
        Copy.Of(share.Directory, original);
        string backup = await tenant.BackUpAsync(share);
        string shown = (await tenant.ShowBackupAsync(backup)).ToJsonString();
        await tenant.WaitForExportAsync(server);
        await server.StopAsync();
        Directory.Delete(Path.Join(server.DataDirectory, "catalog"), recursive: true);

        string told = await server.RunAsync("catalog", "rebuild");
        Assert.StartsWith($"Project {tenant.ProjectId}: 1 backups, 1 shares,", told, StringComparison.Ordinal);
        await server.StartAgainAsync();
        using Tenant again = await Tenant.JoinAsync(server.Url, tenant.ProjectId, tenant.Name);
        Assert.Equal(shown, (await again.ShowBackupAsync(backup)).ToJsonString());
        Changes.Apply(share.Directory);
        await again.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(original, share.Directory, new TreeComparison { IgnoreSockets = true });
        Assert.Contains("Nothing to do", await server.RunAsync("catalog", "rebuild"), StringComparison.Ordinal);
    }
}
