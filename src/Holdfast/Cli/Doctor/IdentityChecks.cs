using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether it can be told whose token is whose.</summary>
internal static class IdentityChecks
{
    private const string Check = "identity";

    public static async Task RunAsync(
        Settings settings,
        IServiceProvider services,
        Findings findings,
        CancellationToken stop
    )
    {
        if (settings.Keystone is not { } keystone)
        {
            await findings.TryAsync(
                Check,
                () =>
                {
                    if (settings.Core.AdminPassword is { } password)
                    {
                        Passwords.Check(password);
                    }
                    findings.Ok(Check, "local");
                    return Task.CompletedTask;
                },
                "Set HOLDFAST_ADMIN_PASSWORD to another, or leave it out: then one is made."
            );
            return;
        }
        (string? trouble, bool hasRole) = await services.GetRequiredService<KeystoneTokenValidator>().SignInAsync(stop);
        if (trouble is not null)
        {
            findings.Mistake(
                Check,
                trouble,
                "docs/operate/keystone.md says how the service is registered in Keystone."
            );
        }
        else if (!hasRole)
        {
            findings.Mistake(
                Check,
                $"{keystone.Username} has neither the role 'service' nor 'admin' in project {keystone.Project}, and may not ask about tokens",
                $"openstack role add --user {keystone.Username} --project {keystone.Project} service"
            );
        }
        else
        {
            findings.Ok(Check, $"Keystone lets {keystone} in");
        }
    }
}
