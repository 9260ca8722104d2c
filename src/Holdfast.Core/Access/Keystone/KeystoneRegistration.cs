using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Core.Access.Keystone;

public static class KeystoneRegistration
{
    /// <summary>Keystone in place of local identity.</summary>
    public static IServiceCollection AddKeystone(this IServiceCollection services, KeystoneOptions options) =>
        services
            .AddSingleton(options)
            .AddSingleton<KeystoneTokenValidator>()
            .AddSingleton<ITokenValidator>(provider => provider.GetRequiredService<KeystoneTokenValidator>())
            .AddSingleton<ISignIn, KeystoneSignIn>();
}
