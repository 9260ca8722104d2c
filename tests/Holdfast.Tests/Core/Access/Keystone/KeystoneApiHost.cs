using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>The HTTP floor, which asks a Keystone.</summary>
internal static class KeystoneApiHost
{
    public static Task<ApiHost> StartAsync(KeystoneOptions options) =>
        ApiHost.StartAsync(services =>
            services.AddSingleton(TimeProvider.System).RemoveAll<ITokenValidator>().AddKeystone(options)
        );
}
