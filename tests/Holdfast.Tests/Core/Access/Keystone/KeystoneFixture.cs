using Holdfast.Core.Access.Keystone;
using Holdfast.Testing.Keystone;
using Holdfast.Tests.Api;
using Xunit;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>One real Keystone for many tests, with a user of each kind. A test that changes a user makes one of its own.</summary>
public sealed class KeystoneFixture : IAsyncLifetime
{
    private const string Password = "a password";

    public KeystoneServer Server { get; private set; } = null!;

    public KeystoneClient Admin => Server.Admin;

    /// <summary>As whom the service asks: a user with the role <c>service</c> and no other.</summary>
    public KeystoneOptions Options { get; private set; } = null!;

    /// <summary>The tokens of the callers that the tables of accesses name.</summary>
    public IReadOnlyDictionary<string, string> Tokens { get; private set; } = new Dictionary<string, string>();

    public async ValueTask InitializeAsync()
    {
        Server = await KeystoneServer.StartAsync();
        Options = new KeystoneOptions
        {
            Url = Server.Url,
            Username = "holdfast",
            Password = Password,
            Project = "service",
            UserDomain = "default",
            ProjectDomain = "Default",
            // A busy machine is no fault of Keystone's.
            Patience = TimeSpan.FromMinutes(2),
        };
        await AddUserAsync(Options.Username, await Admin.MakeProjectAsync(Options.Project), "service");
        await Server.GiveIdAsync(await Admin.MakeProjectAsync("ours"), ApiHost.Project);
        await Server.GiveIdAsync(await Admin.MakeProjectAsync("theirs"), ApiHost.OtherProject);
        Tokens = new Dictionary<string, string>
        {
            ["guest"] = await NewTokenAsync("guest"),
            ["reader"] = await NewTokenAsync("reader"),
            ["member"] = await NewTokenAsync("member"),
            ["admin"] = await NewTokenAsync("admin"),
            ["other"] = await NewTokenAsync("member", "theirs", ApiHost.OtherProject),
            ["stale"] = await NewTokenAsync("member"),
            ["system"] = await NewTokenAsync(KeystoneScope.System),
        };
        await Admin.RevokeTokenAsync(Tokens["stale"]);
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A token of a new user with one role in a project.</summary>
    public async Task<string> NewTokenAsync(string role, string project = "ours", string projectId = ApiHost.Project)
    {
        string user = NewName();
        await AddUserAsync(user, projectId, role);
        return await SignInAsync(user, project);
    }

    /// <returns>The user's id.</returns>
    public async Task<string> AddUserAsync(string name, string projectId, string role)
    {
        string id = await Admin.MakeUserAsync(name, Password);
        await Admin.GrantAsync(projectId, id, role);
        return id;
    }

    public Task<string> SignInAsync(string user, string project) =>
        Admin.SignInAsync(user, Password, KeystoneScope.Project, project);

    /// <summary>A token without a project, of a new user who is an administrator of whatever it is for.</summary>
    public async Task<string> NewTokenAsync(KeystoneScope scope)
    {
        string name = NewName();
        string user = await Admin.MakeUserAsync(name, Password);
        await Admin.GrantSystemAsync(user, "admin");
        await Admin.GrantDomainAsync(user, "admin");
        return await Admin.SignInAsync(name, Password, scope);
    }

    public static string NewName() => $"user-{Guid.NewGuid():N}";
}
