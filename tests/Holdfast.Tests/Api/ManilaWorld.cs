using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Core.Webhooks;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Api;

/// <summary>
/// The API over a real catalog and the real use cases, with no worker: whatever is accepted stays in its transient
/// state, where a test can look at it.
/// </summary>
internal sealed class ManilaWorld : IAsyncDisposable
{
    private readonly TemporaryDirectory directory;

    private ManilaWorld(TemporaryDirectory directory, ICatalog catalog, ApiHost host) =>
        (this.directory, Catalog, Host) = (directory, catalog, host);

    /// <summary>Above the data directory, in which the default share root lies as it does by default.</summary>
    public string Top => directory.Path;

    public string Root => directory["data/shares"];

    public ICatalog Catalog { get; }

    public ApiHost Host { get; }

    /// <param name="more">Share roots beside the default one, beneath <see cref="Top"/> or absolute.</param>
    public static Task<ManilaWorld> StartAsync(params NamedRoot[] more) => StartAsync(_ => { }, more);

    /// <param name="identity">Whose tokens it takes, in place of the fixed ones.</param>
    public static Task<ManilaWorld> StartAsync(Action<IServiceCollection> identity, params NamedRoot[] more)
    {
        TemporaryDirectory top = new();
        return StartAsync(top, new SqliteCatalog(top["catalog.db"], TimeProvider.System), identity, more);
    }

    /// <param name="catalog">An empty one, in place of the embedded one.</param>
    public static Task<ManilaWorld> StartAsync(ICatalog catalog) => StartAsync(new(), catalog, _ => { });

    private static async Task<ManilaWorld> StartAsync(
        TemporaryDirectory top,
        ICatalog catalog,
        Action<IServiceCollection> identity,
        params NamedRoot[] more
    )
    {
        top.Make("data");
        await catalog.MigrateAsync(CancellationToken.None);
        CoreOptions options = new()
        {
            DataDirectory = top["data"],
            Node = "node1",
            Roles = new HashSet<string> { "api" },
            ShareRoots =
            [
                new NamedRoot("local", top.Make("data/shares")),
                .. more.Select(root => root with { Path = top[root.Path] }),
            ],
            VolumeRoots = [new NamedRoot("local", top.Make("data/volumes"))],
            OwnDirectories = [top.Make("store")],
            PublicUrl = ApiHost.PublicUrl,
        };
        await catalog.AddSharesAsync();
        ApiHost host = await ApiHost.StartAsync(services =>
        {
            services.AddSingleton(catalog);
            services.AddSingleton(options);
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<WakeSignal>();
            services.AddSingleton<Roots>();
            services.AddSingleton<ShareRoots>();
            services.AddSingleton<VolumeRoots>();
            services.AddSingleton<Adoption>();
            services.AddSingleton(new BlockDevices());
            services.AddSingleton<VolumeAdoption>();
            services.AddSingleton<Policy>();
            services.AddSingleton<MemoryObjectStore>();
            services.AddSingleton(provider => new Repositories(provider.GetRequiredService<MemoryObjectStore>()));
            services.AddSingleton<MasterKey>();
            services.AddSingleton<IMasterKey>(provider => provider.GetRequiredService<MasterKey>());
            services.AddSingleton<Keyring>();
            services.AddSingleton<KeyedRepositories>();
            services.AddSingleton<BackupReading>();
            services.AddSingleton<DownloadLimit>();
            services.AddSingleton<BackupListService>();
            services.AddSingleton<BackupFileService>();
            services.AddSingleton<NameIndexes>();
            services.AddSingleton<SearchService>();
            services.AddSingleton<BackupService>();
            services.AddSingleton<ShareService>();
            services.AddSingleton<VolumeService>();
            services.AddSingleton<VolumeAdoptionService>();
            services.AddSingleton<VolumeBackupService>();
            services.AddSingleton<JobService>();
            services.AddSingleton<QuotaService>();
            services.AddSingleton<ShareSnapshotService>();
            services.AddSingleton(provider => new OperationQueue(
                catalog,
                TimeProvider.System,
                options.Lease,
                provider.GetRequiredService<WakeSignal>()
            ));
            services.AddSingleton<OperationService>();
            services.AddSingleton<SharingService>();
            services.AddSingleton<ScheduleService>();
            services.AddSingleton<HoldService>();
            services.AddSingleton<WebhookTargets>();
            services.AddSingleton<WebhookService>();
            services.AddSingleton<ProofService>();
            services.AddSingleton<ProtectionService>();
            services.AddSingleton<AuditService>();
            services.AddSingleton<ManagedShareService>();
            services.AddSingleton<ShareStateService>();
            services.AddSingleton<ShareMetadataService>();
            services.AddSingleton<RecycleBinService>();
            services.AddSingleton<ShareTypeService>();
            services.AddSingleton<ExtraSpecService>();
            identity(services);
            services.AddSingleton<MessageService>();
            services.AddSingleton<NodeService>();
        });
        await new KnownRoots(catalog, host.Services.GetRequiredService<Roots>()).LearnAsync(CancellationToken.None);
        await host.Services.GetRequiredService<MasterKey>().LoadAsync(CancellationToken.None);
        return new ManilaWorld(top, catalog, host);
    }

    /// <summary>For tests that make more than the quotas' defaults let through.</summary>
    public Task LiftQuotasAsync() =>
        Catalog.WriteAsync(
            async session =>
            {
                foreach (string resource in QuotaResource.Defaults.Keys)
                {
                    await session.Quotas.SetClassAsync(QuotaRows.DefaultClass, resource, QuotaResource.Unlimited);
                }
            },
            CancellationToken.None
        );

    public async Task<Share> AddShareAsync(
        string project = ApiHost.Project,
        string status = ShareStatus.Available,
        int size = 1,
        bool isPublic = false,
        Func<Share, Share>? change = null
    )
    {
        string id = Guid.NewGuid().ToString();
        Share share = Rows.Share(id, status) with
        {
            ProjectId = project,
            Size = size,
            IsPublic = isPublic,
            Path = id,
            Name = "a share",
            Metadata = new Dictionary<string, string> { ["key"] = "value" },
        };
        share = change?.Invoke(share) ?? share;
        await Catalog.AddSharesAsync(share);
        return share;
    }

    public async Task<Backup> AddBackupAsync(
        Share share,
        string? project = null,
        string status = BackupStatus.Available,
        string? name = null,
        DateTimeOffset? createdAt = null,
        Func<Backup, Backup>? change = null
    )
    {
        Backup backup = Rows.Backup(Guid.NewGuid().ToString(), share.Id, status) with
        {
            ProjectId = project ?? share.ProjectId,
            Size = share.Size,
            Name = name,
            SnapshotId = new string('a', 64),
            Host = "node1",
            Topic = "manila-data",
            Progress = 100,
            CreatedAt = createdAt ?? Rows.Start,
        };
        backup = change?.Invoke(backup) ?? backup;
        await Catalog.AddBackupsAsync(backup);
        return backup;
    }

    /// <summary>A backup that can be read: of the share's directory as it is, which must be there.</summary>
    public async Task<Backup> BackUpAsync(Share share)
    {
        Repositories repositories = Host.Services.GetRequiredService<Repositories>();
        string password = await Host.Services.GetRequiredService<Keyring>().GetOrMakeAsync(share.ProjectId, default);
        RepositoryOptions options = new();
        await using Repository repository = await repositories.ExistsAsync(share.ProjectId, default)
            ? await repositories.OpenAsync(share.ProjectId, password, options, default)
            : await repositories.InitAsync(share.ProjectId, password, options, default);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        string place = Path.Join(Root, share.Path);
        using BackupSource source = BackupSource.Single(share.Id, DirectoryHandle.Open(place));
        BackupRequest request = new() { Paths = source.Paths, Hostname = "holdfast" };
        BackupReport report = await new TreeBackup(repository, source, request).RunAsync(held, default);
        return await AddBackupAsync(share, change: row => row with { SnapshotId = report.Snapshot.Id.ToString() });
    }

    /// <summary>Sets the times at which the backups were made, a second apart, the oldest first.</summary>
    public Task SetCreatedAsync(params string[] ids) =>
        Catalog.WriteAsync(
            async session =>
            {
                foreach ((int second, string id) in ids.Index())
                {
                    DateTimeOffset at = Rows.Start.AddSeconds(second);
                    await session.ExecuteAsync("UPDATE backups SET created_at = @at WHERE id = @id", new { id, at });
                }
            },
            CancellationToken.None
        );

    /// <summary>A sharing of a backup, of its own where none is named, by the backup's project.</summary>
    public async Task<Sharing> AddSharingAsync(
        Backup? backup = null,
        string to = Rows.Stranger,
        string state = SharingState.Accepted,
        Func<Sharing, Sharing>? change = null
    )
    {
        Backup shared = backup ?? await AddBackupAsync(await AddShareAsync());
        Sharing sharing = new()
        {
            Id = Guid.NewGuid().ToString(),
            BackupId = shared.Id,
            FromProjectId = shared.ProjectId,
            ToProjectId = to,
            State = state,
            CreatedAt = Rows.Start,
        };
        sharing = change?.Invoke(sharing) ?? sharing;
        await Catalog.WriteAsync(session => session.Sharings.AddAsync(sharing), CancellationToken.None);
        return sharing;
    }

    public async Task<Schedule> AddScheduleAsync(Share share)
    {
        Schedule schedule = Rows.Schedule(Guid.NewGuid().ToString(), share.Id) with { ProjectId = share.ProjectId };
        await Catalog.WriteAsync(session => session.Schedules.AddAsync(schedule), CancellationToken.None);
        return schedule;
    }

    /// <summary>A hold without an end.</summary>
    public async Task<Hold> AddHoldAsync(Backup backup)
    {
        Hold hold = Rows.Hold(Guid.NewGuid().ToString(), backup);
        await Catalog.WriteAsync(session => session.Holds.AddAsync(hold), CancellationToken.None);
        return hold;
    }

    /// <summary>The project's, to a host that is on no list.</summary>
    public async Task<Webhook> AddWebhookAsync()
    {
        Webhook webhook = Rows.Webhook(Guid.NewGuid().ToString()) with { ProjectId = ApiHost.Project };
        await Catalog.WriteAsync(session => session.Webhooks.AddAsync(webhook), CancellationToken.None);
        return webhook;
    }

    public async Task<ShareType> AddTypeAsync(
        string? name = null,
        bool isPublic = true,
        params (string Key, string Value)[] specs
    )
    {
        ShareType type = new()
        {
            Id = Guid.NewGuid().ToString(),
            Name = name ?? Guid.NewGuid().ToString("N"),
            IsPublic = isPublic,
            ExtraSpecs = specs
                .Prepend((ExtraSpec.DriverHandlesShareServers, "False"))
                .ToDictionary(spec => spec.Item1, spec => spec.Item2),
        };
        await Catalog.WriteAsync(session => session.ShareTypes.TryAddAsync(type, Rows.Start), CancellationToken.None);
        return type;
    }

    /// <summary>A type that these projects alone were given.</summary>
    public async Task<ShareType> AddPrivateTypeAsync(params string[] projects)
    {
        ShareType type = await AddTypeAsync(isPublic: false);
        foreach (string project in projects)
        {
            await Catalog.WriteAsync(
                session => session.ShareTypes.TryAddProjectAsync(type.Id, project),
                CancellationToken.None
            );
        }
        return type;
    }

    public async Task<Message> AddMessageAsync(Func<Message, Message>? change = null)
    {
        Message message = Rows.Message(Guid.NewGuid().ToString(), Guid.NewGuid().ToString()) with
        {
            ProjectId = ApiHost.Project,
        };
        message = change?.Invoke(message) ?? message;
        await Catalog.AddMessagesAsync(message);
        return message;
    }

    public async Task<ShareSnapshot> AddShareSnapshotAsync(
        Share share,
        Func<ShareSnapshot, ShareSnapshot>? change = null
    )
    {
        ShareSnapshot snapshot = Rows.ShareSnapshot(Guid.NewGuid().ToString(), share);
        snapshot = change?.Invoke(snapshot) ?? snapshot;
        await Catalog.WriteAsync(session => session.ShareSnapshots.AddAsync(snapshot), CancellationToken.None);
        return snapshot;
    }

    /// <returns>Its id.</returns>
    public async Task<string> AddExportLocationAsync(Share share)
    {
        ExportLocation location = new(Guid.NewGuid().ToString(), share.Id, $"node1:/{share.Id}", true, Rows.Start);
        await Catalog.WriteAsync(session => session.ExportLocations.AddAsync(location), CancellationToken.None);
        return location.Id;
    }

    /// <summary>A queued operation of a member's, on a share and a backup of its own.</summary>
    public async Task<Operation> AddOperationAsync(Func<Operation, Operation>? change = null)
    {
        Share share = await AddShareAsync();
        Operation queued = NewOperation.Of(OperationKind.CreateBackup, share.ProjectId, Rows.Start) with
        {
            UserId = "b2",
            ShareId = share.Id,
            BackupId = (await AddBackupAsync(share)).Id,
        };
        Operation operation = change?.Invoke(queued) ?? queued;
        await Catalog.WriteAsync(session => session.Operations.AddAsync(operation), CancellationToken.None);
        return operation;
    }

    /// <summary>A volume that has been made.</summary>
    public async Task<Volume> AddVolumeAsync(Func<Volume, Volume>? change = null)
    {
        string id = Guid.NewGuid().ToString();
        Volume volume = Rows.Volume(id) with { ProjectId = ApiHost.Project, Path = id };
        volume = change?.Invoke(volume) ?? volume;
        await Catalog.AddVolumesAsync(volume);
        return volume;
    }

    /// <summary>An image beneath the default volume root that is no volume yet.</summary>
    public string MakeImage(string name, long bytes = 1)
    {
        string path = Path.Join(directory["data/volumes"], name);
        using FileStream image = File.Create(path);
        image.SetLength(bytes);
        return path;
    }

    /// <summary>A directory beneath the default root that is no share yet.</summary>
    public string MakeDirectory(string name) => directory.Make($"data/shares/{name}");

    /// <summary>Operations that wait for a worker.</summary>
    public Task<IReadOnlyList<Operation>> QueuedAsync() => Catalog.QueuedAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Catalog.DisposeAsync();
        directory.Dispose();
    }
}
