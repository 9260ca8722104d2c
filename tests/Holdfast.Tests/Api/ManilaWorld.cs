using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Sources;
using Holdfast.Testing.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Api;

/// <summary>
/// The API over a real catalog and the real use cases, with no worker: whatever is accepted stays in its transient
/// state, where a test can look at it.
/// </summary>
internal sealed class ManilaWorld : IAsyncDisposable
{
    private readonly DirectoryInfo directory;

    private ManilaWorld(DirectoryInfo directory, ICatalog catalog, ApiHost host) =>
        (this.directory, Catalog, Host) = (directory, catalog, host);

    public ICatalog Catalog { get; }

    public ApiHost Host { get; }

    public static async Task<ManilaWorld> StartAsync()
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("holdfast-api-");
        string shares = Directory.CreateDirectory(Path.Join(data.FullName, "shares")).FullName;
        SqliteCatalog catalog = new(Path.Join(data.FullName, "catalog.db"), TimeProvider.System);
        await catalog.MigrateAsync(CancellationToken.None);
        CoreOptions options = new()
        {
            DataDirectory = data.FullName,
            Node = "node1",
            Roles = new HashSet<string> { "api" },
            ShareRoots = [new NamedRoot("local", shares)],
            PublicUrl = ApiHost.PublicUrl,
        };
        await catalog.AddSharesAsync();
        ApiHost host = await ApiHost.StartAsync(services =>
        {
            services.AddSingleton<ICatalog>(catalog);
            services.AddSingleton(options);
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<WakeSignal>();
            services.AddSingleton<ShareRoots>();
            services.AddSingleton<Adoption>();
            services.AddSingleton<BackupService>();
            services.AddSingleton<ShareService>();
        });
        return new ManilaWorld(data, catalog, host);
    }

    public async Task<Share> AddShareAsync(
        string project = ApiHost.Project,
        string status = ShareStatus.Available,
        int size = 1,
        bool isPublic = false
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
        };
        await Catalog.AddSharesAsync(share);
        return share;
    }

    public async Task<Backup> AddBackupAsync(
        Share share,
        string? project = null,
        string status = BackupStatus.Available,
        string? name = null,
        DateTimeOffset? createdAt = null
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
        await Catalog.AddBackupsAsync(backup);
        return backup;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Catalog.DisposeAsync();
        directory.Delete(recursive: true);
    }
}
