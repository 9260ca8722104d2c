using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Objects;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.Tests.Engine.Backup;

/// <summary>A source directory and a repository beside it, both real and on a disk.</summary>
internal sealed class BackupScene : IAsyncDisposable
{
    public const string Password = "a password for tests";
    public const string SourceName = "the-source";

    private readonly TemporaryDirectory temporary = new();

    private BackupScene()
    {
        Source = temporary.Make("source");
        Restic = new Restic(temporary["repository"], Password);
    }

    public Repository Repository { get; private set; } = null!;
    public Restic Restic { get; }

    /// <summary>The directory that is backed up.</summary>
    public string Source { get; }

    /// <summary>Where the store's objects lie.</summary>
    public string RepositoryPath => temporary["repository"];

    public RawPath this[RawPath path] => (RawPath)Source / path;

    /// <summary>A new directory beside the source.</summary>
    public string Beside(string name) => temporary.Make(name);

    /// <param name="wrap">What stands between the engine and its disk.</param>
    public static async Task<BackupScene> MakeAsync(Func<IObjectStore, IObjectStore>? wrap = null, int workers = 2)
    {
        var scene = new BackupScene();
        IObjectStore store = new LocalObjectStore(scene.temporary.Make("repository"));
        scene.Repository = await Repository.InitAsync(
            wrap is null ? store : wrap(store),
            Password,
            new RepositoryOptions { Workers = workers },
            CancellationToken.None
        );
        return scene;
    }

    public async Task<BackupReport> RunAsync(
        Snapshot? parent = null,
        BackupOptions? options = null,
        Action<byte[]>? afterRead = null,
        DateTimeOffset? capturedAt = null,
        CancellationToken cancellationToken = default
    )
    {
        using var source = BackupSource.Single(SourceName, DirectoryHandle.Open(Source));
        return await RunAsync(source, parent, options, afterRead, capturedAt, cancellationToken);
    }

    public async Task<BackupReport> RunAsync(
        BackupSource source,
        Snapshot? parent = null,
        BackupOptions? options = null,
        Action<byte[]>? afterRead = null,
        DateTimeOffset? capturedAt = null,
        CancellationToken cancellationToken = default
    )
    {
        await using RepositoryLock held = await Repository.LockAsync(exclusive: false, CancellationToken.None);
        await Repository.LoadIndexAsync(CancellationToken.None);
        var request = new BackupRequest
        {
            Paths = source.Paths,
            Hostname = "holdfast",
            Tags = ["share=1"],
            Time = capturedAt,
            Parent = parent,
            Options = options ?? new BackupOptions(),
        };
        return await new TreeBackup(Repository, source, request) { AfterRead = afterRead }.RunAsync(
            held,
            cancellationToken
        );
    }

    /// <summary>The nodes of the directory at a path in the snapshot, beneath its one directory.</summary>
    public async Task<IReadOnlyList<Node>> ListAsync(BackupReport report, params string[] path)
    {
        IReadOnlyList<Node> nodes = await LoadAsync(report.Snapshot.Tree);
        foreach (string element in path.Prepend(SourceName))
        {
            nodes = await LoadAsync(Find(nodes, element).Subtree!.Value);
        }
        return nodes;
    }

    public async Task<Node> FindAsync(BackupReport report, string name) => Find(await ListAsync(report), name);

    public async Task<List<string>> NamesAsync(BackupReport report, params string[] path) =>
        [.. (await ListAsync(report, path)).Select(node => Encoding.UTF8.GetString(node.Name))];

    public async Task<byte[]> ReadAsync(Node file)
    {
        using var content = new MemoryStream();
        foreach (Id id in file.Content!)
        {
            using PooledBytes blob = await Repository.LoadBlobAsync(BlobKind.Data, id, CancellationToken.None);
            content.Write(blob.Span);
        }
        return content.ToArray();
    }

    public async Task<IReadOnlyList<Node>> LoadAsync(Id tree)
    {
        using PooledBytes json = await Repository.LoadBlobAsync(BlobKind.Tree, tree, CancellationToken.None);
        return TreeReader.Read(json.Span);
    }

    public static Node Find(IReadOnlyList<Node> nodes, string name) =>
        nodes.Single(node => node.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name)));

    public async ValueTask DisposeAsync()
    {
        await Repository.DisposeAsync();
        Restic.Dispose();
        temporary.Dispose();
    }
}
