using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Remote;

namespace Holdfast.Tests.Engine.Remote;

/// <summary>A repository in a store whose requests are counted, and a tree of many directories to back up.</summary>
internal sealed class RemoteScene : IAsyncDisposable
{
    public const int Directories = 120;
    private const string Password = "a password for tests";

    private readonly TemporaryDirectory temporary = new();
    private RequestGate? gate;

    private RemoteScene() =>
        Store = new RemoteObjectStore(
            new MemoryObjectStore(),
            (request, token) => gate?.PassAsync(request, token) ?? Task.CompletedTask
        );

    public RemoteObjectStore Store { get; }
    public Repository Repository { get; private set; } = null!;

    public static async Task<RemoteScene> MakeAsync(RepositoryOptions? options = null)
    {
        var scene = new RemoteScene();
        scene.Repository = await Repository.InitAsync(scene.Store, Password, options ?? new(), default);
        for (int directory = 0; directory < Directories; directory++)
        {
            string path = scene.temporary.Make($"source/{directory % 7}/{directory}");
            await File.WriteAllTextAsync(Path.Join(path, "a"), $"{directory}");
            await File.WriteAllTextAsync(Path.Join(path, "b"), $"{directory % 5}");
        }
        return scene;
    }

    /// <summary>From now on requests are held until so many are under way; and they are counted anew.</summary>
    public RequestGate Hold(int count, Func<StoreRequest, bool> which)
    {
        Store.Tally.Reset();
        return gate = new RequestGate(count, which);
    }

    /// <summary>From now on nothing is held, and requests are counted anew.</summary>
    public void CountAnew()
    {
        gate = null;
        Store.Tally.Reset();
    }

    public int Count(StoreCall call, string prefix) =>
        Store.Tally.Requests.Count(request => request.Call == call && request.IsBeneath(prefix));

    public Task<Repository> OpenAsync(RepositoryOptions? options = null) =>
        Repository.OpenAsync(Store, Password, options ?? Repository.Options, default);

    public async Task ReopenAsync()
    {
        Repository again = await OpenAsync();
        await Repository.DisposeAsync();
        Repository = again;
    }

    public Task WriteAsync(string path, string content) => File.WriteAllTextAsync(temporary["source/" + path], content);

    public async Task<Snapshot> BackUpAsync(Snapshot? parent = null)
    {
        using var source = BackupSource.Single("source", DirectoryHandle.Open(temporary["source"]));
        await using RepositoryLock held = await Repository.LockAsync(exclusive: false, default);
        await Repository.LoadIndexAsync(default);
        var request = new BackupRequest
        {
            Paths = source.Paths,
            Hostname = "test",
            Parent = parent,
        };
        return (await new TreeBackup(Repository, source, request).RunAsync(held, default)).Snapshot;
    }

    public async Task<RestoreReport> RestoreAsync(Snapshot snapshot)
    {
        RestoreSource source = await new TreeBrowser(Repository).SourceAsync(snapshot, "source"u8.ToArray(), default);
        return await new TreeRestore(Repository, source, temporary.Make("target"), new RestoreOptions()).RunAsync(
            default
        );
    }

    /// <summary>Snapshot objects that name no tree.</summary>
    public async Task AddSnapshotsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Repository.SaveSnapshotAsync(
                new Snapshot
                {
                    Time = DateTimeOffset.UnixEpoch.AddDays(i),
                    Tree = new Id(SHA256.HashData([])),
                    Paths = ["/x"],
                },
                default
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Repository.DisposeAsync();
        temporary.Dispose();
    }
}
