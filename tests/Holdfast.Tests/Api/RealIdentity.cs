using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Engine.Crypto;
using Holdfast.Tests.Core.Access.Keystone;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Tests.Api;

/// <summary>A <see cref="ManilaWorld"/> without quotas, whose callers, of the same names and projects as ever, have tokens of a real identity.</summary>
internal static class RealIdentity
{
    private const string Password = "a password";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Admin = new("", "", new HashSet<string> { "admin" }, "req");

    extension(ManilaWorld)
    {
        public static async Task<ManilaWorld> StartAsync(KeystoneFixture keystone)
        {
            ManilaWorld world = await ManilaWorld.StartAsync(services =>
                services.RemoveAll<ITokenValidator>().AddKeystone(keystone.Options)
            );
            world.Host.Tokens = keystone.Tokens;
            await world.LiftQuotasAsync();
            return world;
        }

        public static async Task<ManilaWorld> StartLocalAsync()
        {
            ManilaWorld world = await ManilaWorld.StartAsync(services =>
            {
                services.RemoveAll<ITokenValidator>();
                services.AddSingleton<MasterKey>();
                services.AddSingleton<IMasterKey>(provider => provider.GetRequiredService<MasterKey>());
                services.AddSingleton(_ => new Passwords(new ScryptCost(2, 8, 1)));
                services.AddLocalIdentity();
            });
            IServiceProvider services = world.Host.Services;
            await services.GetRequiredService<MasterKey>().LoadAsync(None);
            await services.GetRequiredService<IdentityFirstStart>().RunAsync(None);
            world.Host.Tokens = await SignInAsync(services);
            await world.LiftQuotasAsync();
            return world;
        }
    }

    private static async Task<Dictionary<string, string>> SignInAsync(IServiceProvider services)
    {
        await services
            .GetRequiredService<IdentityCatalog>()
            .WriteAsync(
                async rows =>
                {
                    await rows.Projects.TryAddAsync(new Project { Id = ApiHost.Project, Name = "ours" });
                    await rows.Projects.TryAddAsync(new Project { Id = ApiHost.OtherProject, Name = "theirs" });
                    return await rows.Roles.TryAddAsync(new Role(IdentityId.New(), "guest", null));
                },
                None
            );
        Dictionary<string, string> tokens = new()
        {
            ["guest"] = await NewTokenAsync(services, "guest", ApiHost.Project),
            ["reader"] = await NewTokenAsync(services, "reader", ApiHost.Project),
            ["member"] = await NewTokenAsync(services, "member", ApiHost.Project),
            ["admin"] = await NewTokenAsync(services, "admin", ApiHost.Project),
            ["other"] = await NewTokenAsync(services, "member", ApiHost.OtherProject),
            ["stale"] = await NewTokenAsync(services, "member", ApiHost.Project),
            ["system"] = await NewTokenAsync(services, "admin", ApiHost.Project, scoped: false),
        };
        await services.GetRequiredService<IdentityLogins>().RevokeAsync(Admin, tokens["stale"], None);
        return tokens;
    }

    private static async Task<string> NewTokenAsync(
        IServiceProvider services,
        string role,
        string project,
        bool scoped = true
    )
    {
        string name = $"user-{Guid.NewGuid():N}";
        User user = await services
            .GetRequiredService<IdentityUsers>()
            .CreateAsync(Admin, new NewUser(name, Password, true, null, null, null), None);
        Role granted = (await services.GetRequiredService<IdentityRoles>().ListAsync(Admin, role, None)).Single();
        await services.GetRequiredService<IdentityGrants>().AddAsync(Admin, project, user.Id, granted.Id, None);
        IdentityReference who = new(user.Id, null, null, null);
        LoginScope scope = scoped
            ? new LoginScope(LoginScopeKind.Project, new IdentityReference(project, null, null, null))
            : new LoginScope(LoginScopeKind.Unscoped);
        IdentityLogins logins = services.GetRequiredService<IdentityLogins>();
        return (await logins.WithPasswordAsync(who, Password, scope, null, None)).Text;
    }
}
