using System.Net;
using System.Security.Cryptography;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Disasters;

/// <summary>Small file systems beneath the store, the catalog and the shares, which fill up. It takes root to mount.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private const string Full = "The backup store is full.";

    private readonly TemporaryDirectory directory = new();
    private TemporaryMount disk = null!;

    private string Disk => directory["disk"];

    public async ValueTask InitializeAsync() => disk = await TemporaryMount.OverAsync(directory.Make("disk"), "48m");

    public async ValueTask DisposeAsync()
    {
        await disk.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    [Trait(Runbook.Section, "A disk is full")]
    public async Task AFullStoreHoldsABackupUpUntilThereIsRoom()
    {
        await using HoldfastServer server = await StartAsync(("HOLDFAST_STORE", $"file:{Disk}/store"));
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "large");
        Share old = await tenant.CreateShareAsync();
        Write(old, megabytes: 20);
        string removable = await tenant.BackUpAsync(old);
        Write(Path.Combine(Disk, "ballast"), megabytes: 8);
        Share share = await tenant.CreateShareAsync();
        Write(share, megabytes: 24);
        string copy = directory["copy"];
        Copy.Of(share.Directory, copy);
        string backup = await tenant.StartBackupAsync(share);
        await Eventually.HoldsAsync("the backup to say why it waits", () => SaysAsync(tenant, backup, Full));
        Assert.Equal("available", (await tenant.BackupStatesAsync())[removable]);

        await tenant.StartDeleteAsync(removable);
        Dictionary<string, string?> variables = new(VerbClient.AdminVariables(server))
        {
            ["disk"] = Disk,
            ["project"] = tenant.ProjectId,
            ["room"] = "1M",
        };
        await new Runbook(server).RunAsync("A disk is full", variables);
        await tenant.SettleAsync(share);
        Assert.Equal(new Dictionary<string, string> { [backup] = "available" }, await tenant.BackupStatesAsync());
        File.Delete(Path.Combine(share.Directory, "large"));
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(copy, share.Directory);
    }

    [Fact]
    public async Task AFullCatalogRefusesWhatItCannotKeepAndLosesNothing()
    {
        await using HoldfastServer server = await StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "rows");
        Share share = await tenant.CreateShareAsync();
        string kept = await tenant.BackUpAsync(share);
        await server.StopAsync();
        string catalog = Path.Combine(server.DataDirectory, "catalog");
        Copy.Of(catalog, Path.Combine(Disk, "catalog"));
        Directory.Delete(catalog, recursive: true);
        Directory.CreateSymbolicLink(catalog, Path.Combine(Disk, "catalog"));
        await server.StartAgainAsync();

        Fill();
        Reply? refused = null;
        await Eventually.HoldsAsync(
            "a change to be refused",
            async () =>
            {
                var named = new { share_backup = new { name = new string('x', 200) } };
                refused = await tenant.Session.PutAsync($"/v2/share-backups/{kept}", named);
                return !refused.Status.Equals(HttpStatusCode.OK);
            }
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused!.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        await Eventually.HoldsAsync(
            "the log to say why",
            () => Task.FromResult(server.Log.Contains("its disk is full; free some space", StringComparison.Ordinal))
        );
        // What is there can still be read.
        Assert.Equal("available", (await tenant.BackupStatesAsync())[kept]);

        File.Delete(Path.Combine(Disk, "filler"));
        string next = await tenant.BackUpAsync(share);
        Assert.Equal(new[] { kept, next }.Order(), (await tenant.BackupStatesAsync()).Keys.Order());
    }

    [Fact]
    public async Task ARestoreWithoutRoomSaysSoAndCanBeAskedForAgain()
    {
        await using HoldfastServer server = await StartAsync(("HOLDFAST_SHARE_ROOTS", $"local={Disk}"));
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "cramped");
        Share share = await tenant.CreateShareAsync();
        Write(share, megabytes: 16);
        string copy = directory["copy"];
        Copy.Of(share.Directory, copy);
        string backup = await tenant.BackUpAsync(share);
        File.Delete(Path.Combine(share.Directory, "large"));
        Fill();
        await tenant.StartRestoreAsync(backup);
        await tenant.SettleAsync(share);
        Assert.Equal("backup_restoring_error", await tenant.ShareStatusAsync(share.Id));
        Reply messages = await tenant.Session.GetAsync($"/v2/messages?resource_id={share.Id}");
        Assert.Contains("No space left", messages.Text, StringComparison.Ordinal);

        File.Delete(Path.Combine(Disk, "filler"));
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(copy, share.Directory);
    }

    private static Task<HoldfastServer> StartAsync(params (string Name, string Value)[] settings) =>
        HoldfastServer.StartAsync(settings.ToDictionary(one => one.Name, one => (string?)one.Value));

    private static async Task<bool> SaysAsync(Tenant tenant, string backup, string reason)
    {
        Reply operations = await tenant.Session.GetAsync($"/api/v1/operations?backup_id={backup}");
        return operations["operations"][0]!["message"]?.GetValue<string>() == reason;
    }

    private static void Write(Share share, int megabytes) => Write(Path.Combine(share.Directory, "large"), megabytes);

    private static void Write(string path, int megabytes) =>
        RawFiles.Write(path, RandomNumberGenerator.GetBytes(megabytes << 20));

    /// <summary>Takes all the room that the disk has left.</summary>
    private void Fill()
    {
        using FileStream filler = File.Create(Path.Combine(Disk, "filler"), bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(page);
            }
        }
        catch (IOException) { }
    }
}
