using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Keystone;
using Holdfast.Testing.Processes;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary>Who says whose tokens are good.</summary>
public enum Identity
{
    Local,
    Keystone,
}

/// <summary>
/// The real executable with its own identity service or a real Keystone, and the users that the tests sign in as, each with
/// the stock client of another Debian release. <c>./dev e2e clients</c> makes the directories that those clients run in.
/// </summary>
public sealed class Cloud : IAsyncDisposable
{
    private const string Password = "a user's secret";

    private readonly KeystoneServer? keystone;
    private readonly string release;

    private Cloud(HoldfastServer server, KeystoneServer? keystone, string release)
    {
        Server = server;
        this.keystone = keystone;
        this.release = release;
        Admin = SignIn("admin", AdminPassword, "admin");
        Member = SignIn("member", Password, "ours");
        Reader = SignIn("reader", Password, "ours");
        Stranger = SignIn("stranger", Password, "theirs");
    }

    /// <summary>Each client with each identity service.</summary>
    public static TheoryData<string, Identity> Kinds =>
        new()
        {
            { "trixie", Identity.Local },
            { "trixie", Identity.Keystone },
            { "sid", Identity.Local },
            { "sid", Identity.Keystone },
        };

    public HoldfastServer Server { get; }

    public StockClient Admin { get; }

    /// <summary>Of the project that everything is in.</summary>
    public StockClient Member { get; }

    /// <summary>That project's id.</summary>
    public string Project { get; private set; } = "";

    /// <summary>Of the same project.</summary>
    public StockClient Reader { get; }

    /// <summary>A member of another project.</summary>
    public StockClient Stranger { get; }

    public static async Task<Cloud> StartAsync(
        string release,
        Identity identity = Identity.Local,
        params (string Name, string Value)[] settings
    )
    {
        Assert.True(Directory.Exists(Root(release)), $"There is no {Root(release)}: `./dev e2e clients` makes it.");
        KeystoneServer? realKeystone = identity == Identity.Keystone ? await KeystoneServer.StartAsync() : null;
        HoldfastServer? server = null;
        try
        {
            Dictionary<string, string?> all = settings.ToDictionary(s => s.Name, s => (string?)s.Value);
            if (realKeystone is not null)
            {
                // There before the server, which does not soon ask again after a refusal.
                string service = await realKeystone.Admin.MakeProjectAsync("service");
                string user = await realKeystone.Admin.MakeUserAsync("holdfast", Password);
                await realKeystone.Admin.GrantAsync(service, user, "service");
                all["HOLDFAST_AUTH"] = "keystone";
                all["HOLDFAST_KEYSTONE__URL"] = realKeystone.Url.AbsoluteUri;
                all["HOLDFAST_KEYSTONE__USERNAME"] = "holdfast";
                all["HOLDFAST_KEYSTONE__PASSWORD"] = Password;
            }
            server = await HoldfastServer.StartAsync(all);
            var cloud = new Cloud(server, realKeystone, release);
            await cloud.RegisterAsync();
            return cloud;
        }
        catch
        {
            await StopAsync(server, realKeystone);
            throw;
        }
    }

    public ValueTask DisposeAsync() => StopAsync(Server, keystone);

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

    private string AdminPassword => keystone is null ? HoldfastServer.AdminPassword : KeystoneServer.AdminPassword;

    private static string Root(string release) => RepositoryRoot.File($"artifacts/chroots/{release}");

    private static async ValueTask StopAsync(HoldfastServer? server, KeystoneServer? keystone)
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
        if (keystone is not null)
        {
            await keystone.DisposeAsync();
        }
    }

    private StockClient SignIn(string user, string password, string project)
    {
        Uri identity = keystone?.Url ?? new Uri(Server.Url, "identity/v3");
        return new StockClient(Server, user, password)
        {
            Identity = identity,
            Project = project,
            Root = Root(release),
        };
    }

    private async Task RegisterAsync()
    {
        using var identity = new KeystoneClient(Admin.Identity, "admin", AdminPassword, "admin");
        Project = await identity.MakeProjectAsync("ours");
        string theirs = await identity.MakeProjectAsync("theirs");
        await identity.GrantAsync(Project, await identity.MakeUserAsync("member", Password), "member");
        await identity.GrantAsync(Project, await identity.MakeUserAsync("reader", Password), "reader");
        await identity.GrantAsync(theirs, await identity.MakeUserAsync("stranger", Password), "member");
        if (keystone is not null)
        {
            await AddToCatalogueAsync(identity);
        }
    }

    // As docs/operate/keystone.md has it, under the type that these clients look for first.
    private async Task AddToCatalogueAsync(KeystoneClient identity)
    {
        var service = new JsonObject { ["type"] = "shared-file-system", ["name"] = "holdfast" };
        JsonNode made = (
            await identity.AskAsync(HttpMethod.Post, "services", new JsonObject { ["service"] = service })
        )!;
        var endpoint = new JsonObject
        {
            ["service_id"] = Text(made["service"]!, "id"),
            ["interface"] = "public",
            ["region_id"] = "RegionOne",
            ["url"] = $"{Server.Url}v2",
        };
        await identity.AskAsync(HttpMethod.Post, "endpoints", new JsonObject { ["endpoint"] = endpoint });
    }
}
