using Holdfast.Testing;
using Holdfast.Testing.Keystone;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Server;

/// <summary>
/// A real Keystone and the executable beside it, registered there with the commands of <c>docs/operate/keystone.md</c>.
/// </summary>
public sealed class KeystoneCloud : IAsyncLifetime
{
    public const string ServicePassword = "the service's own secret";

    public KeystoneServer Keystone { get; private set; } = null!;

    public HoldfastServer Holdfast { get; private set; } = null!;

    // The service starts before Keystone knows its user: it says so, and works as soon as it is registered.
    public async ValueTask InitializeAsync()
    {
        Keystone = await KeystoneServer.StartAsync();
        Holdfast = await HoldfastServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["HOLDFAST_AUTH"] = "keystone",
                ["HOLDFAST_KEYSTONE__URL"] = Keystone.Url.AbsoluteUri,
                ["HOLDFAST_KEYSTONE__USERNAME"] = "holdfast",
                ["HOLDFAST_KEYSTONE__PASSWORD"] = ServicePassword,
                ["HOLDFAST_KEYSTONE__CACHE_SECONDS"] = "2",
            }
        );
        await RegisterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Holdfast.DisposeAsync();
        await Keystone.DisposeAsync();
    }

    /// <summary>Runs the commands of the operator's page.</summary>
    private async Task RegisterAsync()
    {
        string page = await File.ReadAllTextAsync(RepositoryRoot.File("docs/operate/keystone.md"));
        string commands = page.Split("```sh\n")[1].Split("```")[0];
        Dictionary<string, string?> environment = new()
        {
            ["OS_AUTH_URL"] = Keystone.Url.AbsoluteUri,
            ["OS_IDENTITY_API_VERSION"] = "3",
            ["OS_USERNAME"] = "admin",
            ["OS_PASSWORD"] = KeystoneServer.AdminPassword,
            ["OS_PROJECT_NAME"] = "admin",
            ["OS_USER_DOMAIN_ID"] = "default",
            ["OS_PROJECT_DOMAIN_ID"] = "default",
            ["PATH"] = "/usr/bin:/bin",
            ["HOLDFAST_URL"] = Holdfast.Url.GetLeftPart(UriPartial.Authority),
            ["HOLDFAST_KEYSTONE__PASSWORD"] = ServicePassword,
        };
        (await ChildProcess.RunAsync("bash", ["-euc", commands], environment)).Checked("docs/operate/keystone.md");
    }
}
