using Holdfast.Api;
using Holdfast.Cli;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Core.Keys;
using Holdfast.Core.Services;
using Holdfast.Core.Telemetry;
using Holdfast.Engine;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Local;
using Holdfast.Objects.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Hosting;

/// <summary>
/// Puts the floors together: store, catalog, use cases, workers, HTTP. The only place that knows them all.
/// </summary>
internal static class ServiceHost
{
    // A store or a disk that hangs must not keep the process: with the requests' own 30 s this is less than what
    // systemd gives a service to stop.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RestAtStart = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Serves until told to stop. In order: claim the data directory, where the catalog is in it; read the certificate and
    /// the policy; look at the store; migrate; check the master key; first administrator, where identity is local; listen;
    /// run the roles, and try Keystone where it is not. On the way down the roles end first, so that what they hold is
    /// given back.
    /// </summary>
    public static async Task RunAsync(Settings settings, bool demo, CancellationToken stop)
    {
        using DataDirectory? claim = settings.Core.Postgres is null
            ? DataDirectory.Claim(settings.Core.DataDirectory, settings.Core.Node, settings.Listen)
            : null;
        // With another catalog nodes of one host may share it.
        DataDirectory.Make(settings.Core.DataDirectory);
        TlsCertificate? tls = TlsCertificate.Open(settings);
        WebApplicationBuilder builder = WebHost.Create(settings, tls);
        AddFloors(builder.Services, settings);
        builder.Services.AddHoldfastApi(Api(settings));
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<IReadiness>(provider => provider.GetRequiredService<Readiness>());
        await using WebApplication app = builder.Build();
        app.UseHoldfastApi();
        Instruments instruments = app.Services.GetRequiredService<Instruments>();
        tls?.Measure(instruments.Meter);
        using OtlpExport export = OtlpExport.Start(instruments, settings.Core.Node);

        // Not without the rules that the operator's files say.
        app.Services.GetRequiredService<Policy>();
        // Counts from here on, whether or not anybody asks.
        app.Services.GetRequiredService<MetricsText>();
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Holdfast");
        CoreStartup core = app.Services.GetRequiredService<CoreStartup>();
        try
        {
            await CheckStoreAsync(app.Services.GetRequiredService<Repositories>(), log, stop);
            await PrepareAsync(core, app.Services.GetService<IdentityFirstStart>(), stop);
            await app.StartAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before anything was begun: an end like any other.
            log.Stopping();
            return;
        }
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task roles = core.RunAsync(ending.Token);
        app.Services.GetRequiredService<Readiness>().Watch(roles, stop);
        log.Serving(settings.Core.PublicUrl, settings.Core.Node, string.Join(',', settings.Core.Roles.Order()));
        Task rehearsal = app.RehearseDashboardAsync();
        Task check = app.Services.GetService<KeystoneTokenValidator>()?.CheckAsync(ending.Token) ?? Task.CompletedTask;
        Task figures = export.SendsMetrics
            ? app.Services.GetRequiredService<CatalogFigures>().KeepFreshAsync(ending.Token)
            : Task.CompletedTask;
        Task demonstration = demo
            ? Demo.RunAsync(settings, tls, TimeProvider.System, Console.Out, ending.Token)
            : Task.CompletedTask;
        await Task.WhenAny(roles, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        log.Stopping();
        await ending.CancelAsync();
        await Task.WhenAll(demonstration, check, figures, rehearsal);
        try
        {
            await roles.WaitAsync(LongestDrain, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"What this node was at has not stopped within {LongestDrain.TotalSeconds} s of being told to.",
                "Nothing is lost: it begins again when its lease has run out."
            );
        }
        finally
        {
            // Requests that have begun are answered.
            await app.StopAsync(CancellationToken.None);
            await core.TellOthersAsync();
        }
    }

    /// <summary>A catalog that cannot be reached is waited for, and the log says so: it may have been started at the same moment.</summary>
    /// <param name="firstStart">Null where identity is not local.</param>
    private static async Task PrepareAsync(CoreStartup core, IdentityFirstStart? firstStart, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await core.PrepareAsync(stop);
                await (firstStart?.RunAsync(stop) ?? Task.CompletedTask);
                return;
            }
            catch (ServiceError error) when (error.IsOutage)
            {
                await Task.Delay(RestAtStart, TimeProvider.System, stop);
            }
            catch (ServiceError error) when (error.Kind == ServiceErrorKind.Conflict)
            {
                throw new CommandError(
                    ExitCode.Held,
                    error.Message,
                    "Nodes on one catalog have a name each: stop that one, or set HOLDFAST_NODE."
                );
            }
        }
    }

    /// <summary>Core and what is below it, for a verb that works beside a running service.</summary>
    /// <param name="settings">Whole and valid.</param>
    /// <param name="patience">With a store that does not answer; null for that of the service.</param>
    public static ServiceProvider OpenBeside(Settings settings, RetryOptions? patience = null)
    {
        ServiceCollection services = new();
        services.AddLogging();
        AddFloors(services, settings, patience);
        return services.BuildServiceProvider();
    }

    private static void AddFloors(IServiceCollection services, Settings settings, RetryOptions? patience = null)
    {
        services.AddSingleton(provider =>
        {
            TimeProvider time = provider.GetRequiredService<TimeProvider>();
            Instruments instruments = provider.GetRequiredService<Instruments>();
            RetryObjectStore store = OpenStore(settings, patience ?? new RetryOptions(), time, instruments);
            return new Repositories(store, cache: OpenCache(settings, store, time, instruments));
        });
        services.AddHoldfastCore(settings.Core);
        _ = settings.Keystone is { } keystone ? services.AddKeystone(keystone) : services.AddLocalIdentity();
        services.AddSingleton<KeyExport>();
        services.AddSingleton<CatalogRebuild>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton<KeyDestruction>();
        services.AddSingleton<MasterKeyRotation>();
    }

    private static ApiOptions Api(Settings settings)
    {
        ApiOptions options = new(settings.Core.PublicUrl) { MetricsTokenFile = settings.MetricsTokenFile };
        return settings.LoginUrl is { } login ? options with { LoginUrl = login } : options;
    }

    private static RetryObjectStore OpenStore(
        Settings settings,
        RetryOptions patience,
        TimeProvider time,
        Instruments instruments
    )
    {
        IObjectStore store = settings.S3Store is { } place
            ? new S3ObjectStore(place, time)
            : new LocalObjectStore(settings.StoreDirectory!);
        return new RetryObjectStore(new MeterObjectStore(store, time, scope: instruments), patience, time);
    }

    /// <returns>Null before a store that is as near as its cache would be.</returns>
    private static CacheObjectStore? OpenCache(
        Settings settings,
        IObjectStore store,
        TimeProvider time,
        Instruments instruments
    ) =>
        settings is { S3Store: not null, CacheBytes: > 0 }
            ? new CacheObjectStore(
                store,
                Path.Join(settings.Core.DataDirectory, "cache"),
                settings.CacheBytes,
                Repositories.IsKept,
                time,
                scope: instruments
            )
            : null;

    /// <summary>What only the operator can mend ends the start; a store that does not answer is waited for.</summary>
    private static async Task CheckStoreAsync(Repositories repositories, ILogger log, CancellationToken stop)
    {
        try
        {
            await repositories.ProbeAsync(stop);
        }
        catch (EngineError error) when (error.Temporary)
        {
            log.StoreFailed(error.Message);
        }
    }
}
