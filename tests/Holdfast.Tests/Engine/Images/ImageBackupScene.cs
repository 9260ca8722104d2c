using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.Tests.Engine.Images;

/// <summary>A directory for images and a repository, both real and on a disk.</summary>
internal sealed class ImageBackupScene : IAsyncDisposable
{
    public const string Volume = "the-volume";
    public const string Name = "image";

    private const string Password = "a password for tests";

    private readonly TemporaryDirectory temporary = new();

    private ImageBackupScene(string? directory)
    {
        Directory = directory ?? temporary.Make("images");
        Restic = new Restic(temporary["repository"], Password);
    }

    public Repository Repository { get; private set; } = null!;
    public Restic Restic { get; }

    /// <summary>Where the images are.</summary>
    public string Directory { get; }

    public string Image => Path.Combine(Directory, Name);

    /// <param name="directory">For the images, when it is to be on a disk of its own.</param>
    public static async Task<ImageBackupScene> MakeAsync(string? directory = null)
    {
        var scene = new ImageBackupScene(directory);
        scene.Repository = await Repository.InitAsync(
            new LocalObjectStore(scene.temporary.Make("repository")),
            Password,
            new RepositoryOptions { Workers = 2, CompressionLevel = 0 },
            CancellationToken.None
        );
        return scene;
    }

    public string Beside(string name) => temporary.Make(name);

    public ImageSource Open(string name = Name)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(Directory);
        return ImageSource.Open(directory, Encoding.UTF8.GetBytes(name));
    }

    public async Task<ImageBackupReport> RunAsync(
        Snapshot? parent = null,
        IImageChanges? changes = null,
        ImageDigests? digests = null,
        BackupOptions? options = null,
        Action? afterRead = null,
        string name = Name
    )
    {
        using ImageSource source = Open(name);
        return await RunAsync(source, parent, changes, digests, options, afterRead);
    }

    public async Task<ImageBackupReport> RunAsync(
        ImageSource source,
        Snapshot? parent = null,
        IImageChanges? changes = null,
        ImageDigests? digests = null,
        BackupOptions? options = null,
        Action? afterRead = null
    )
    {
        await using RepositoryLock held = await Repository.LockAsync(exclusive: false, CancellationToken.None);
        await Repository.LoadIndexAsync(CancellationToken.None);
        var request = new BackupRequest
        {
            Paths = [ImageLayout.PathOf(Volume)],
            Hostname = "holdfast",
            Parent = parent,
            Options = options ?? new BackupOptions { IsStill = changes is not null },
        };
        var backup = new ImageBackup(Repository, source, request)
        {
            Changes = changes,
            Digests = digests,
            AfterRead = afterRead,
        };
        ImageBackupReport report = await backup.RunAsync(held, CancellationToken.None);
        return report;
    }

    public async Task<Node> NodeAsync(ImageBackupReport report) =>
        (await ImageRestoreSource.FindAsync(Repository, report.Backup.Snapshot, CancellationToken.None)).File;

    public async Task<IReadOnlyList<Id>> BlobsAsync(ImageBackupReport report) => (await NodeAsync(report)).Content!;

    /// <summary>The image's bytes, as the snapshot has them.</summary>
    public async Task<byte[]> ReadAsync(ImageBackupReport report)
    {
        using var content = new MemoryStream();
        foreach (Id id in await BlobsAsync(report))
        {
            using PooledBytes blob = await Repository.LoadBlobAsync(BlobKind.Data, id, CancellationToken.None);
            content.Write(blob.Span);
        }
        return content.ToArray();
    }

    public async Task<string> ReadTextAsync(ImageBackupReport report) =>
        Encoding.UTF8.GetString(await ReadAsync(report));

    public async ValueTask DisposeAsync()
    {
        await Repository.DisposeAsync();
        Restic.Dispose();
        temporary.Dispose();
    }
}
