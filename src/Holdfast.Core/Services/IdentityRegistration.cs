using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Core.Services;

public static class IdentityRegistration
{
    /// <summary>
    /// Local identity, on <see cref="ICatalog"/>, <see cref="IMasterKey"/> and <see cref="CoreOptions"/>. Once the catalog
    /// is migrated, <see cref="IdentityFirstStart"/> is to be run before requests are served.
    /// </summary>
    public static IServiceCollection AddLocalIdentity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IdentityCatalog>();
        services.TryAddSingleton(_ => new Passwords());
        services.TryAddSingleton<LoginGate>();
        services.TryAddSingleton<TokenKeys>();
        services.TryAddSingleton<LocalTokens>();
        services.TryAddSingleton<ITokenValidator, LocalTokenValidator>();
        services.TryAddSingleton<IdentityFirstStart>();
        services.TryAddSingleton<IdentityLogins>();
        services.TryAddSingleton<ISignIn, LocalSignIn>();
        services.TryAddSingleton<IdentityProjects>();
        services.TryAddSingleton<IdentityUsers>();
        services.TryAddSingleton<IdentityRoles>();
        services.TryAddSingleton<IdentityGrants>();
        services.TryAddSingleton<IdentityServiceCatalogue>();
        return services;
    }
}
