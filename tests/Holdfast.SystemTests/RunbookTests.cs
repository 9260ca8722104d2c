using System.Net;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>
/// What <c>docs/operate/disaster.md</c> tells an operator to type, typed after the disaster that it is for, and what
/// <c>docs/operate/keys.md</c> does.
/// </summary>
public sealed class RunbookTests
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    [Fact]
    public void EverySectionWithCommandsIsRunByATest() =>
        Assert.Equal(Runbook.Sections.Order(), Runbook.TestedSections.Order());

    [Fact]
    [Trait(Runbook.Section, "The database is lost")]
    public async Task TheDatabaseIsLost()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        (Tenant tenant, Share share, string backup) = await BackUpAsync(server);
        await tenant.WaitForExportAsync(server);
        await server.KillAsync();
        await File.WriteAllTextAsync(Path.Join(server.DataDirectory, "catalog", "catalog.db"), "not a database");

        string told = await new Runbook(server).RunAsync("The database is lost");
        Assert.Contains($"Project {tenant.ProjectId}: 1 backups, 1 shares", told, StringComparison.Ordinal);
        using Tenant again = await Tenant.JoinAsync(server.Url, tenant.ProjectId, tenant.Name);
        await AssertRestoresAsync(server, again, backup, share);
        tenant.Dispose();
    }

    [Fact]
    [Trait(Runbook.Section, "The master key is lost, and there is a copy")]
    public async Task TheMasterKeyIsLostAndThereIsACopy()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        (Tenant tenant, Share share, string backup) = await BackUpAsync(server);
        string key = Path.Join(server.DataDirectory, "keys", "master.key");
        string copy = server.Scratch["copy"];
        File.Move(key, copy);
        // What runs goes on.
        await tenant.BackUpAsync(share);
        await server.StopAsync();
        await RefusesToStartAsync(server, "There is no master key at");
        await File.WriteAllTextAsync(key, new string('0', 64));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusesToStartAsync(server, "is not the one that this catalog was made with");

        await new Runbook(server).RunAsync(
            "The master key is lost, and there is a copy",
            new Dictionary<string, string?> { ["copy"] = copy }
        );
        await AssertRestoresAsync(server, tenant, backup, share);
        tenant.Dispose();
    }

    [Fact]
    [Trait(Runbook.Section, "The master key is lost, and there is none")]
    public async Task TheMasterKeyIsLostAndThereIsNone()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        (Tenant tenant, Share share, _) = await BackUpAsync(server);
        string passwordFile = server.Scratch["password"];
        await File.WriteAllTextAsync(
            passwordFile,
            await server.RunAsync("key", "export", "--project", tenant.ProjectId)
        );
        await server.KillAsync();
        File.Delete(Path.Join(server.DataDirectory, "keys", "master.key"));

        string target = server.Scratch.Make("target");
        await new Runbook(server).RunAsync(
            "The master key is lost, and there is none",
            new Dictionary<string, string?>
            {
                ["project"] = tenant.ProjectId,
                ["share"] = share.Id,
                ["password_file"] = passwordFile,
                ["target"] = target,
            }
        );
        TreeComparer.AssertEqual(server.Scratch["original"], Path.Join(target, share.Id), Whole);
        TreeComparer.AssertEqual(server.Scratch["original"], share.Directory, Whole);

        // The page leaves users, projects and shares to be made again.
        using Tenant anew = await Tenant.CreateAsync(server.Url, "anew");
        Share adopted = await anew.AdoptAsync(server.Url, share.Directory);
        string backup = await anew.BackUpAsync(adopted);
        await AssertRestoresAsync(server, anew, backup, adopted);
        tenant.Dispose();
    }

    [Fact]
    [Trait(Runbook.Section, "A token has leaked")]
    public async Task ATokenHasLeaked()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant owner = await Tenant.CreateAsync(server.Url, "owner");
        using Tenant other = await Tenant.CreateAsync(server.Url, "other");
        using OpenStackSession second = await SignInAsync(server, owner);
        foreach (OpenStackSession session in (OpenStackSession[])[owner.Session, second, other.Session])
        {
            Assert.Equal(HttpStatusCode.OK, (await session.GetAsync("/v2/shares")).Status);
        }

        string told = await new Runbook(server).RunAsync(
            "A token has leaked",
            new Dictionary<string, string?>
            {
                ["leaked"] = owner.Session.Token,
                ["user_name"] = owner.Name,
                ["OS_USERNAME"] = "admin",
                ["OS_PASSWORD"] = HoldfastServer.AdminPassword,
                ["OS_PROJECT_NAME"] = "admin",
            }
        );
        Assert.StartsWith("401\nfalse\n", told, StringComparison.Ordinal);
        foreach (OpenStackSession session in (OpenStackSession[])[owner.Session, second, other.Session])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await session.GetAsync("/v2/shares")).Status);
        }
        // Who may sign in still may.
        using OpenStackSession next = await SignInAsync(server, other);
        Assert.Equal(HttpStatusCode.OK, (await next.GetAsync("/v2/shares")).Status);
    }

    [Fact]
    [Trait(Runbook.Section, "The master key")]
    [Trait(Runbook.Section, "A project's password")]
    [Trait(Runbook.Section, "The keys that sign tokens")]
    [Trait(Runbook.Section, "Destroying a project's key")]
    public async Task KeysAreChangedAndDestroyed()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        (Tenant tenant, Share share, string backup) = await BackUpAsync(server);
        Dictionary<string, string?> variables = new() { ["project"] = tenant.ProjectId };
        string key = Path.Join(server.DataDirectory, "keys", "master.key");
        string former = await File.ReadAllTextAsync(key);
        Runbook page = new(server, Runbook.Keys);

        await page.RunAsync("The master key", variables);
        Assert.NotEqual(former, await File.ReadAllTextAsync(key));
        await page.RunAsync("A project's password", variables);
        await page.RunAsync("The keys that sign tokens", variables);
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.Session.GetAsync("/v2/shares")).Status);
        using (Tenant again = new(await SignInAsync(server, tenant), tenant.Name, tenant.Password))
        {
            await AssertRestoresAsync(server, again, backup, share);
            await page.RunAsync("Destroying a project's key", variables);
            Assert.Equal("error", Assert.Single(await again.BackupStatesAsync()).Value);
        }
        tenant.Dispose();
    }

    private static Task<OpenStackSession> SignInAsync(HoldfastServer server, Tenant tenant) =>
        OpenStackSession.SignInAsync(server.Url, tenant.Name, tenant.Password, tenant.Name);

    /// <summary>A backup of a share, of which a copy is in the server's scratch directory, named <c>original</c>.</summary>
    private static async Task<(Tenant Tenant, Share Share, string Backup)> BackUpAsync(HoldfastServer server)
    {
        Tenant tenant = await Tenant.CreateAsync(server.Url, "unlucky");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        Copy.Of(share.Directory, server.Scratch["original"]);
        return (tenant, share, await tenant.BackUpAsync(share));
    }

    private static async Task AssertRestoresAsync(HoldfastServer server, Tenant tenant, string backup, Share share)
    {
        Changes.Apply(share.Directory);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(server.Scratch["original"], share.Directory, Whole);
    }

    private static async Task RefusesToStartAsync(HoldfastServer server, string message)
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAgainAsync);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
