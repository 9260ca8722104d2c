using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Operations;
using Holdfast.Core.Reading;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Core.Telemetry;
using Holdfast.Core.Webhooks;
using Holdfast.Core.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core;

public static class CoreRegistration
{
    /// <summary>
    /// Everything of Core. The roof adds what it alone can make: a <see cref="Engine.Repositories"/> on the store, and
    /// logging; then it runs <see cref="CoreStartup"/>.
    /// </summary>
    public static IServiceCollection AddHoldfastCore(this IServiceCollection services, CoreOptions options)
    {
        services.AddSingleton(options);
        _ = options.Postgres is { } connection ? services.AddPostgres(connection) : services.AddSqlite(options);
        services.AddSingleton<MasterKey>();
        services.AddSingleton<IMasterKey>(provider => provider.GetRequiredService<MasterKey>());
        services.AddSingleton<Keyring>();
        services.AddSingleton<KeyedRepositories>();
        services.AddSingleton<ExportStore>();
        services.AddSingleton<WakeSignal>();
        services.AddSingleton(provider => new OperationQueue(
            provider.GetRequiredService<ICatalog>(),
            provider.GetRequiredService<TimeProvider>(),
            options.Lease,
            provider.GetRequiredService<WakeSignal>(),
            provider.GetService<ILogger<OperationQueue>>(),
            options.ProjectLimit
        ));
        services.AddSingleton<CoreStartup>();
        return services.AddTelemetry().AddSources().AddUseCases().AddWorkers();
    }

    private static IServiceCollection AddSqlite(this IServiceCollection services, CoreOptions options) =>
        services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<ICatalog>(provider => new SqliteCatalog(
                Path.Join(options.DataDirectory, "catalog", "catalog.db"),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetService<ILogger<SqliteCatalog>>()
            ));

    /// <summary>Whatever has a time in Core has it from the database's clock.</summary>
    private static IServiceCollection AddPostgres(this IServiceCollection services, string connection) =>
        services
            .AddSingleton(new DatabaseClock())
            .AddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>())
            .AddSingleton<ICatalog>(provider => new PostgresCatalog(
                connection,
                provider.GetRequiredService<DatabaseClock>(),
                provider.GetService<ILogger<PostgresCatalog>>()
            ))
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<NodeChannel>(provider, connection));

    private static IServiceCollection AddSources(this IServiceCollection services) =>
        services
            .AddSingleton<Roots>()
            .AddSingleton<ShareRoots>()
            .AddSingleton<VolumeRoots>()
            .AddSingleton<KnownRoots>()
            .AddSingleton<Adoption>()
            .AddSingleton(new BlockDevices())
            .AddSingleton<VolumeAdoption>()
            .AddSingleton<TrashBin>()
            .AddSingleton<ScratchPlace>()
            .AddSingleton<Captures>()
            .AddSingleton<ShareSnapshots>()
            .AddSingleton<SharesOfSnapshots>()
            .AddSingleton<ImageCaptures>()
            .AddSingleton<KeptImages>()
            .AddSingleton<DigestFiles>()
            // In order of preference; the live walk always works, so it is last.
            .AddSingleton<ISourceCapture, SubvolumeCapture>()
            .AddSingleton<ISourceCapture, LiveCapture>();

    private static IServiceCollection AddUseCases(this IServiceCollection services) =>
        services
            .AddSingleton<Policy>()
            .AddSingleton<BackupReading>()
            .AddSingleton<DownloadLimit>()
            .AddSingleton<BackupService>()
            .AddSingleton<BackupListService>()
            .AddSingleton<BackupFileService>()
            .AddSingleton<NameIndexes>()
            .AddSingleton<SearchService>()
            .AddSingleton<VolumeService>()
            .AddSingleton<VolumeAdoptionService>()
            .AddSingleton<VolumeBackupService>()
            .AddSingleton<JobService>()
            .AddSingleton<ShareService>()
            .AddSingleton<SharingService>()
            .AddSingleton<ScheduleService>()
            .AddSingleton<HoldService>()
            .AddSingleton<WebhookTargets>()
            .AddSingleton<WebhookService>()
            .AddSingleton<ProofService>()
            .AddSingleton<ProtectionService>()
            .AddSingleton<AuditService>()
            .AddSingleton<QuotaService>()
            .AddSingleton<OperationService>()
            .AddSingleton<ManagedShareService>()
            .AddSingleton<ShareStateService>()
            .AddSingleton<ShareMetadataService>()
            .AddSingleton<RecycleBinService>()
            .AddSingleton<ShareTypeService>()
            .AddSingleton<ExtraSpecService>()
            .AddSingleton<MessageService>()
            .AddSingleton<NodeService>()
            .AddSingleton<ShareSnapshotService>();

    private static IServiceCollection AddWorkers(this IServiceCollection services) =>
        services
            .AddSingleton<LockJudge>()
            .AddSingleton<ProjectRepositories>()
            .AddSingleton<ExportsAhead>()
            .AddSingleton<ProjectExporter>()
            .AddSingleton<ForgottenSnapshots>()
            .AddSingleton<IOperationHandler, CreateBackup>()
            .AddSingleton<RestoreBackup>()
            .AddSingleton<IOperationHandler>(services => services.GetRequiredService<RestoreBackup>())
            .AddSingleton<IOperationHandler, RestoreFiles>()
            .AddSingleton<VolumeRestore>()
            .AddSingleton<IOperationHandler, CreateVolumeBackup>()
            .AddSingleton<IOperationHandler, RestoreVolumeBackup>()
            .AddSingleton<IOperationHandler, DeleteBackup>()
            .AddSingleton<IOperationHandler, CreateShare>()
            .AddSingleton<IOperationHandler, DeleteShare>()
            .AddSingleton<IOperationHandler, CreateVolume>()
            .AddSingleton<IOperationHandler, DeleteVolume>()
            .AddSingleton<IOperationHandler, CreateSnapshot>()
            .AddSingleton<IOperationHandler, DeleteSnapshot>()
            .AddSingleton<IOperationHandler, ExportProject>()
            .AddSingleton<IOperationHandler, Prune>()
            .AddSingleton<IOperationHandler, Reap>()
            .AddSingleton<IOperationHandler, Verify>()
            .AddSingleton<IOperationHandler, RestoreDrill>()
            .AddSingleton<WorkerService>()
            .AddSingleton<Maintenance>()
            .AddSingleton<ScheduledBackups>()
            .AddSingleton<OverdueSources>()
            .AddSingleton<WebhookPost>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<Scheduler>()
            .AddSingleton<NodePresence>();
}
