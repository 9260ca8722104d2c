using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Keystone;
using Holdfast.Testing.Processes;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary>
/// The real executable with its own identity service, and the users that the tests sign in as, each with the stock
/// client of another Debian release. <c>./dev e2e clients</c> makes the directories that those clients run in.
/// </summary>
public sealed class Cloud : IAsyncDisposable
{
    private const string Password = "a user's secret";

    private readonly string release;

    private Cloud(HoldfastServer server, string release)
    {
        Server = server;
        this.release = release;
        Admin = SignIn("admin", HoldfastServer.AdminPassword, "admin");
        Member = SignIn("member", Password, "ours");
        Reader = SignIn("reader", Password, "ours");
        Stranger = SignIn("stranger", Password, "theirs");
    }

    public HoldfastServer Server { get; }

    public StockClient Admin { get; }

    /// <summary>Of the project that everything is in.</summary>
    public StockClient Member { get; }

    /// <summary>Of the same project.</summary>
    public StockClient Reader { get; }

    /// <summary>A member of another project.</summary>
    public StockClient Stranger { get; }

    public static async Task<Cloud> StartAsync(string release, params (string Name, string Value)[] settings)
    {
        Assert.True(Directory.Exists(Root(release)), $"There is no {Root(release)}: `./dev e2e clients` makes it.");
        HoldfastServer server = await HoldfastServer.StartAsync(
            settings.ToDictionary(s => s.Name, s => (string?)s.Value)
        );
        try
        {
            var cloud = new Cloud(server, release);
            await cloud.RegisterAsync();
            return cloud;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Makes a share of the member's, which can be used.</summary>
    public async Task<Share> CreateShareAsync(string name)
    {
        string id = Text(await Member.AskAsync("share", "create", "NFS", "1", "--name", name, "--wait"), "id");
        JsonNode location = Assert.Single(
            (await Member.AskAsync("share", "export", "location", "list", name)).AsArray()
        )!;
        string path = Text(location, "Path");
        return new Share(id, path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    /// <summary>Makes a backup of the member's, which can be restored.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateBackupAsync(string share, params string[] options)
    {
        string id = Text(await Member.AskAsync(["share", "backup", "create", share, .. options]), "id");
        await WaitForBackupAsync(id, "available");
        return id;
    }

    public Task WaitForBackupAsync(string id, string status) =>
        Eventually.HoldsAsync(
            $"backup {id} to be {status}",
            async () => Text(await Member.AskAsync("share", "backup", "show", id), "status") == status
        );

    public Task WaitForShareAsync(string name, string status) =>
        Eventually.HoldsAsync(
            $"share {name} to be {status}",
            async () => Text(await Member.AskAsync("share", "show", name), "status") == status
        );

    private static string Root(string release) => RepositoryRoot.File($"artifacts/chroots/{release}");

    private StockClient SignIn(string user, string password, string project) =>
        new(Server, user, password) { Project = project, Root = Root(release) };

    private async Task RegisterAsync()
    {
        using var identity = new KeystoneClient(Admin.Identity, "admin", HoldfastServer.AdminPassword, "admin");
        string ours = await identity.MakeProjectAsync("ours");
        string theirs = await identity.MakeProjectAsync("theirs");
        await identity.GrantAsync(ours, await identity.MakeUserAsync("member", Password), "member");
        await identity.GrantAsync(ours, await identity.MakeUserAsync("reader", Password), "reader");
        await identity.GrantAsync(theirs, await identity.MakeUserAsync("stranger", Password), "member");
    }
}
