using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class TreeBackupTests
{
    private const int Mebi = 1024 * 1024;

    [Fact]
    public async Task The_snapshot_says_what_was_asked_and_is_listed()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "content");
        BackupReport report = await scene.RunAsync();
        var listed = Assert.Single(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
        Assert.Equal(report.Snapshot.Id, listed.Id);
        Assert.Equal(["/" + BackupScene.SourceName], listed.Paths);
        Assert.Equal("holdfast", listed.Hostname);
        Assert.Equal(["share=1"], listed.Tags);
        Assert.Equal(1, listed.Summary!.FilesNew);
        Assert.Equal(1, listed.Summary.TotalFilesProcessed);
        Assert.Equal(7, listed.Summary.TotalBytesProcessed);
        Assert.Equal(1, listed.Summary.DataBlobs);
        Assert.Equal(2, listed.Summary.TreeBlobs);
        Assert.Equal(0, report.ItemErrors);
        Assert.Empty(report.Problems);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Contents_of_every_size_come_back(int workers)
    {
        await using BackupScene scene = await BackupScene.MakeAsync(workers: workers);
        var random = new Random(7);
        Dictionary<string, byte[]> files = [];
        foreach (int size in (int[])[0, 1, Mebi / 2, (Mebi / 2) + 1, 8 * Mebi, (8 * Mebi) + 1, 20 * Mebi])
        {
            byte[] content = new byte[size];
            random.NextBytes(content);
            files.Add($"random-{size}", content);
            files.Add($"zeros-{size}", new byte[size]);
            RawFiles.Write(scene[$"random-{size}"], content);
            RawFiles.Write(scene[$"zeros-{size}"], new byte[size]);
        }
        BackupReport report = await scene.RunAsync();
        IReadOnlyList<Node> nodes = await scene.ListAsync(report);
        Assert.Equal(
            files.Keys.Order(StringComparer.Ordinal),
            nodes.Select(node => Encoding.ASCII.GetString(node.Name))
        );
        foreach (Node node in nodes)
        {
            byte[] expected = files[Encoding.ASCII.GetString(node.Name)];
            Assert.Equal((ulong)expected.Length, node.Size);
            byte[] stored = await scene.ReadAsync(node);
            Assert.True(expected.AsSpan().SequenceEqual(stored));
        }
    }

    [Fact]
    public async Task Holes_are_zeros_with_the_cuts_of_zeros()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        var random = new Random(8);
        for (int file = 0; file < 12; file++)
        {
            byte[] content = new byte[random.Next(3 * Mebi, 12 * Mebi)];
            using FileStream sparse = RawFiles.Create(scene[$"{file:d2}-sparse"]);
            sparse.SetLength(content.Length);
            for (int piece = 0; piece < file % 4; piece++)
            {
                int offset = random.Next(content.Length - 5000);
                random.NextBytes(content.AsSpan(offset, 5000));
                sparse.Position = offset;
                sparse.Write(content.AsSpan(offset, 5000));
            }
            RawFiles.Write(scene[$"{file:d2}-whole"], content);
        }
        BackupReport report = await scene.RunAsync();
        Node[][] pairs = [.. (await scene.ListAsync(report)).Chunk(2)];
        Assert.Equal(12, pairs.Length);
        Assert.All(pairs, pair => Assert.Equal(pair[1].Content, pair[0].Content));
        Assert.All(pairs, pair => Assert.Equal(pair[1].Size, pair[0].Size));
    }

    [Fact]
    public async Task An_empty_source_is_an_empty_directory()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        BackupReport report = await scene.RunAsync();
        Assert.Empty(await scene.ListAsync(report));
    }

    [Fact]
    public async Task Every_kind_of_node_has_what_it_should()
    {
        Assert.SkipUnless(RawFiles.IsRoot, "Only root makes device nodes.");
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "x");
        RawFiles.Link(scene["file"], scene["twin"]);
        RawFiles.SetAttribute(scene["file"], "user.a", "b"u8);
        RawFiles.MakeDirectory(scene["directory"]);
        RawFiles.Symlink(new byte[] { 0xff }, scene["link"]);
        RawFiles.MakeNode(scene["fifo"], FileKind.Fifo);
        RawFiles.MakeNode(scene["socket"], FileKind.Socket);
        RawFiles.MakeNode(scene["character"], FileKind.CharDevice, 1, 3);
        RawFiles.MakeNode(scene["block"], FileKind.BlockDevice, 7, 200);
        RawFiles.ChangeOwner(scene["fifo"], 0, 12345);
        BackupReport report = await scene.RunAsync();
        IReadOnlyList<Node> nodes = await scene.ListAsync(report);
        Node Named(string name) => BackupScene.Find(nodes, name);
        Assert.Equal(
            [
                NodeType.Dev,
                NodeType.CharDev,
                NodeType.Dir,
                NodeType.Fifo,
                NodeType.File,
                NodeType.Symlink,
                NodeType.File,
            ],
            nodes.Select(node => node.Type)
        );
        Assert.Equal(new byte[] { 0xff }, Named("link").LinkTarget);
        Assert.Equal(0x103ul, Named("character").Device);
        Assert.Equal(0x7c8ul, Named("block").Device);
        Assert.Equal("root", Named("file").User);
        Assert.Equal("", Named("fifo").Group);
        Assert.Equal(12345u, Named("fifo").Gid);
        Assert.Equal(2ul, Named("file").Links);
        Assert.Equal(Named("file").Inode, Named("twin").Inode);
        Assert.Equal(Named("file").Content, Named("twin").Content);
        Assert.Equal("user.a"u8.ToArray(), Assert.Single(Named("file").ExtendedAttributes).Name);
        Assert.Equal(Named("file").ModifyTime, Named("file").AccessTime);
        Assert.Null(Named("link").Content);
        Assert.Equal(1, report.ProblemCounts[BackupProblemKind.Socket]);
        Assert.Equal(0, report.ItemErrors);
    }

    [Fact]
    public async Task A_wide_directory_of_directories_is_whole()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        for (int number = 0; number < 700; number++)
        {
            RawFiles.MakeDirectory(scene[$"{number:d3}"]);
            RawFiles.Write(scene[$"{number:d3}/in"], $"{number}");
            RawFiles.Write(scene[$"{number:d3}-beside"], $"{number}");
        }
        BackupReport report = await scene.RunAsync();
        Assert.Equal(1400, (await scene.ListAsync(report)).Count);
        Assert.Equal(701, report.Snapshot.Summary!.DirsNew);
        Assert.Equal(1400, report.Snapshot.Summary.FilesNew);
        Assert.Equal(["in"], await scene.NamesAsync(report, "699"));
    }

    [Fact]
    public async Task Progress_ends_at_all_there_is()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["a"], "123");
        RawFiles.MakeDirectory(scene["b"]);
        RawFiles.Write(scene["b/c"], "45");
        using var source = BackupSource.Single("s", Holdfast.Engine.Files.DirectoryHandle.Open(scene.Source));
        await using RepositoryLock held = await scene.Repository.LockAsync(exclusive: false, CancellationToken.None);
        var backup = new TreeBackup(
            scene.Repository,
            source,
            new BackupRequest { Paths = source.Paths, Hostname = "h" }
        );
        Assert.Equal(default(BackupProgress) with { Current = [] }, backup.Progress);
        _ = await backup.RunAsync(held, CancellationToken.None);
        BackupProgress end = backup.Progress;
        Assert.Equal((2, 2, 2, 5), (end.Files, end.FilesFound, end.Directories, end.Bytes));
        Assert.True(end.FoundAll);
        Assert.StartsWith("/s/", Encoding.UTF8.GetString(end.Current));
    }

    [Fact]
    public async Task A_file_of_several_names_is_read_once()
    {
        await using BackupScene scene = await BackupScene.MakeAsync(workers: 1);
        RawFiles.Write(scene["a"], new byte[100]);
        RawFiles.Link(scene["a"], scene["b"]);
        RawFiles.Link(scene["a"], scene["c"]);
        BackupReport report = await scene.RunAsync();
        IReadOnlyList<Node> nodes = await scene.ListAsync(report);
        Assert.All(nodes, node => Assert.Equal(nodes[0].Content, node.Content));
        Assert.All(nodes, node => Assert.Equal(3ul, node.Links));
        Assert.Equal(300, report.Snapshot.Summary!.TotalBytesProcessed);
        Assert.True(scene.Repository.Contains(BlobKind.Data, nodes[0].Content![0]));
    }
}
