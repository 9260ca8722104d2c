using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects.Local;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine;

/// <summary>Stock restic and this engine on the same repository, both ways.</summary>
public sealed class ResticRepositoryTests : IDisposable
{
    private const string Password = "correct horse";

    private static readonly byte[] EmptyTree = "{\"nodes\":[]}\n"u8.ToArray();

    private readonly TemporaryDirectory directory = new();
    private readonly LocalObjectStore store;
    private readonly Restic restic;

    public ResticRepositoryTests()
    {
        store = new LocalObjectStore(directory["repository"]);
        restic = new Restic(directory["repository"], Password);
    }

    [Fact]
    public async Task ResticOpensWhatWeInit()
    {
        await using Repository repository = await Init();
        using JsonDocument config = JsonDocument.Parse(await restic.RunAsync("cat", "config"));
        Assert.Equal(repository.Id, config.RootElement.GetProperty("id").GetString());
        Assert.Equal(2, config.RootElement.GetProperty("version").GetInt32());
        await restic.CheckAsync();
    }

    [Fact]
    public async Task ResticReadsAndChecksEveryBlobWeWrite()
    {
        await using Repository repository = await Init();
        List<byte[]> blobs = [.. SampleBlobs.Of(seed: 1, count: 300)];
        await using (BlobWriter writer = repository.CreateWriter())
        {
            foreach (byte[] blob in blobs)
            {
                Assert.True(await writer.SaveAsync(BlobKind.Data, Sha256.Hash(blob), blob, default));
            }
            Assert.True(await writer.SaveAsync(BlobKind.Tree, Sha256.Hash(EmptyTree), EmptyTree, default));
            await writer.FlushAsync(default);
        }
        await repository.SaveSnapshotAsync(SnapshotOf(EmptyTree), default);
        await restic.CheckAsync();
        // Text, so that its length survives the decoding.
        Id some = Sha256.Hash(blobs[18]);
        Assert.Equal(blobs[18].Length, (await restic.RunAsync("cat", "blob", some.ToString())).Length);
    }

    [Fact]
    public async Task ResticSeesOurSnapshotWhole()
    {
        await using Repository repository = await Init();
        await SaveEmptyTree(repository);
        Snapshot saved = await repository.SaveSnapshotAsync(SnapshotOf(EmptyTree), default);
        using JsonDocument listed = JsonDocument.Parse(await restic.RunAsync("snapshots", "--json"));
        JsonElement only = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal(saved.Id.ToString(), only.GetProperty("id").GetString());
        Assert.Equal("2026-01-02T03:04:05.6789Z", only.GetProperty("time").GetString());
        Assert.Equal("a tag", only.GetProperty("tags")[0].GetString());
        Assert.Equal(3, only.GetProperty("summary").GetProperty("files_new").GetInt64());
    }

    [Fact]
    public async Task WeLoadAndVerifyEveryBlobThatResticWrites()
    {
        string source = directory.Make("source");
        foreach ((byte[] content, int i) in SampleBlobs.Of(seed: 2, count: 60).Select((blob, i) => (blob, i)))
        {
            await File.WriteAllBytesAsync(Path.Combine(source, $"file {i}"), content);
        }
        await restic.InitAsync();
        await restic.BackupAsync(source);
        await restic.RunAsync("tag", "--add", "one,two");

        await using Repository repository = await Repository.OpenAsync(
            store,
            Password,
            new RepositoryOptions(),
            default
        );
        await repository.LoadIndexAsync(default);
        int seen = 0;
        foreach (StoredObject index in await repository.ListIndexesAsync(default))
        {
            foreach (PackContent pack in await repository.LoadIndexObjectAsync(index, default))
            {
                Assert.Empty(
                    (await repository.VerifyPackAsync(pack, PackHeader.PackLength(pack.Blobs), default)).Problems
                );
                seen += await LoadAll(repository, pack);
            }
        }
        Assert.Equal(repository.BlobCount, seen);
        Snapshot snapshot = Assert.Single(await repository.ListSnapshotsAsync(default));
        Assert.Equal([source], snapshot.Paths);
        Assert.Equal(["one", "two"], snapshot.Tags);
        Assert.NotNull(snapshot.Original);
        Assert.Equal(60, snapshot.Summary!.FilesNew);
    }

    [Fact]
    public async Task ResticHonoursOurLock()
    {
        await using Repository repository = await Init();
        await using (await repository.LockAsync(exclusive: true, default))
        {
            ProcessResult refused = await restic.TryRunAsync("check");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("locked", refused.Error, StringComparison.Ordinal);
        }
        await restic.CheckAsync();
    }

    [Fact]
    public async Task WeHonourResticsLock()
    {
        await using Repository repository = await Init();
        // A backup of what a command writes, which waits at a named pipe while restic holds its shared lock.
        string pipe = directory["pipe"];
        (await ChildProcess.RunAsync("mkfifo", [pipe])).Checked("mkfifo");
        Task<string> backup = restic.RunAsync("backup", "--stdin-from-command", "--", "cat", pipe);
        string locks = directory["repository/locks"];
        // The pipe has a reader, and so can be opened for writing, once restic has come so far.
        await using (FileStream writer = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write)))
        {
            Assert.Single(Directory.GetFiles(locks));
            EngineError error = await Assert.ThrowsAsync<EngineError>(() => repository.LockAsync(true, default));
            Assert.Equal(EngineErrorKind.Locked, error.Kind);
            await using RepositoryLock shared = await repository.LockAsync(exclusive: false, default);
            await writer.WriteAsync("content"u8.ToArray());
        }
        await backup;
        await using RepositoryLock exclusive = await repository.LockAsync(exclusive: true, default);
    }

    public void Dispose()
    {
        restic.Dispose();
        directory.Dispose();
    }

    private Task<Repository> Init() => Repository.InitAsync(store, Password, new RepositoryOptions(), default);

    private static async Task SaveEmptyTree(Repository repository)
    {
        await using BlobWriter writer = repository.CreateWriter();
        await writer.SaveAsync(BlobKind.Tree, Sha256.Hash(EmptyTree), EmptyTree, default);
        await writer.FlushAsync(default);
    }

    private static async Task<int> LoadAll(Repository repository, PackContent pack)
    {
        foreach (PackEntry blob in pack.Blobs)
        {
            using PooledBytes loaded = await repository.LoadBlobAsync(blob.Kind, blob.Id, default);
            Assert.Equal((int)blob.In(pack.Pack).PlaintextLength, loaded.Length);
        }
        return pack.Blobs.Count;
    }

    private static Snapshot SnapshotOf(byte[] tree) =>
        new()
        {
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6_789_000),
            Tree = Sha256.Hash(tree),
            Paths = ["/somewhere"],
            Hostname = "holdfast",
            Tags = ["a tag"],
            Summary = new SnapshotSummary { FilesNew = 3 },
        };
}
