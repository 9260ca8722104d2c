using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Keys;
using Holdfast.Core.Services;
using Holdfast.Engine.Crypto;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Core;

/// <summary>Local identity on a catalog of its own in a directory of its own, with a clock that stands and cheap passwords.</summary>
internal sealed class LocalIdentity : IAsyncDisposable
{
    public const string PublicUrl = "http://holdfast.example:8786";
    public const string AdminPassword = "correct horse";

    public static Passwords CheapPasswords => new(new ScryptCost(2, 8, 1));

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("holdfast-identity-");

    public LocalIdentity()
    {
        Catalog = new SqliteCatalog(Path.Combine(directory.FullName, "catalog", "catalog.db"), Time);
        Options = new CoreOptions
        {
            DataDirectory = directory.FullName,
            Node = "node",
            Roles = new HashSet<string> { "api" },
            ShareRoots = [],
            PublicUrl = PublicUrl,
            AdminPassword = AdminPassword,
        };
    }

    public ManualTime Time { get; } = new();
    public ICatalog Catalog { get; }
    public CoreOptions Options { get; set; }

    /// <summary>Adds what a node adds; more than one node may share this.</summary>
    public IServiceCollection AddTo(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(_ => Catalog);
        services.AddSingleton<MasterKey>();
        services.AddSingleton<IMasterKey>(node => node.GetRequiredService<MasterKey>());
        services.AddSingleton(Options);
        services.AddSingleton(_ => CheapPasswords);
        return services.AddLocalIdentity();
    }

    /// <summary>A node after its first start.</summary>
    public async Task<ServiceProvider> StartAsync()
    {
        ServiceProvider node = AddTo(new ServiceCollection()).BuildServiceProvider();
        await StartAsync(node);
        return node;
    }

    public async Task StartAsync(IServiceProvider node)
    {
        await Catalog.MigrateAsync(CancellationToken.None);
        await node.GetRequiredService<MasterKey>().LoadAsync(CancellationToken.None);
        await node.GetRequiredService<IdentityFirstStart>().RunAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        directory.Delete(recursive: true);
    }
}
