using Holdfast.Api.Auth;
using Holdfast.Api.Dashboard;
using Holdfast.Api.Dashboard.SignIn;
using Holdfast.Api.Identity;
using Holdfast.Api.Manila;
using Holdfast.Api.Middleware;
using Holdfast.Api.Native;
using Holdfast.Api.Vbs;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api;

/// <summary>The whole URL map, and what every request passes on its way to it.</summary>
public static class Endpoints
{
    /// <summary>oslo.middleware's limit on a request's body, bytes; Kestrel is configured with it by the roof.</summary>
    public const int MaxRequestBodyBytes = 114688;

    public static IServiceCollection AddHoldfastApi(this IServiceCollection services, ApiOptions options)
    {
        services.AddSingleton(options);
        services.AddRouting();
        services.AddSingleton<MatcherPolicy, CaseSensitivePaths>();
        return services;
    }

    public static void UseHoldfastApi(this WebApplication app)
    {
        app.Use(RequestIds.AssignAsync);
        app.UseMiddleware<RequestDurations>();
        app.UseMiddleware<UnexpectedErrors>();
        app.Use(ManilaPaths.ApplyAsync);
        app.UseRouting();
        bool identityIsOurs = app.Services.GetService<IdentityLogins>() is not null;
        app.UseTokenAuthentication(identityIsOurs);

        app.MapHealth(); //   /healthcheck  /healthz  /readyz
        app.MapMetrics(); //   /metrics
        if (identityIsOurs)
        {
            app.MapIdentity(); //   /identity…, where identity is local
        }
        app.MapNative(); //   /api/v1/backups…  /operations…  /sharings…  /volumes…  /audit…
        app.MapDashboard(); //   /dashboard…, for people
        app.MapVbs(); //   /v2/{project_id}/os-vendor-backup-sharing…  /backuppolicy…
        app.MapManila(); //   /  /v2  /v2[/{project_id}]/share-backups…  /shares…  /types…
    }

    /// <inheritdoc cref="SignInEndpoints.RehearseAsync"/>
    public static Task RehearseDashboardAsync(this WebApplication app) =>
        Task.Run(() => SignInEndpoints.RehearseAsync(app.Services));
}
