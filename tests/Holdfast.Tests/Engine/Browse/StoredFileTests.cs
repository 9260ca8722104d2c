using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Browse;

public sealed class StoredFileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_part_read_in_any_order_is_the_files(int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[12_000_000 + random.Next(5_000_000)];
        random.NextBytes(bytes);
        await using BackupScene scene = await BackupScene.MakeAsync();
        Node file = await BackUpAsync(scene, bytes);
        await using StoredFile content = new(scene.Repository, file);
        Assert.Equal(bytes.Length, content.Length);
        for (int round = 0; round < 40; round++)
        {
            int from = random.Next(bytes.Length);
            int length = random.Next(random.Next(4) == 0 ? bytes.Length - from : 5000);
            length = Math.Min(length, bytes.Length - from);
            byte[] part = new byte[length];
            content.Seek(from, SeekOrigin.Begin);
            await content.ReadExactlyAsync(part);
            Assert.True(part.AsSpan().SequenceEqual(bytes.AsSpan(from, length)), $"{from}, {length}");
        }
        content.Position = bytes.Length + 5;
        Assert.Equal(0, await content.ReadAsync(new byte[5]));
    }

    [Fact]
    public async Task An_empty_file_has_no_bytes()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        await using StoredFile content = new(scene.Repository, await BackUpAsync(scene, []));
        Assert.Equal((0, 0), (content.Length, await content.ReadAsync(new byte[1])));
    }

    [Fact]
    public async Task Blobs_without_bytes_are_passed_over()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        Node file = await BackUpAsync(scene, "content"u8.ToArray());
        Id full = file.Content!.Single();
        Id empty = Sha256.Hash([]);
        await using (BlobWriter writer = scene.Repository.CreateWriter())
        {
            await writer.SaveAsync(BlobKind.Data, empty, default, default);
            await writer.FlushAsync(default);
        }
        Id[] blobs = [empty, full, empty, empty, full, full, empty];
        await using StoredFile content = new(scene.Repository, file with { Content = blobs });
        byte[] read = new byte[content.Length];
        await content.ReadExactlyAsync(read);
        Assert.Equal("contentcontentcontent", Encoding.UTF8.GetString(read));
        Assert.Equal(0, await content.ReadAsync(new byte[1]));
        for (int place = 0; place < read.Length; place++)
        {
            byte[] one = new byte[1];
            content.Position = place;
            await content.ReadExactlyAsync(one);
            Assert.Equal(read[place], one[0]);
        }
    }

    [Fact]
    public async Task What_is_damaged_is_never_handed_out()
    {
        byte[] bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        await using BackupScene scene = await BackupScene.MakeAsync();
        Node file = await BackUpAsync(scene, bytes);
        string pack = Directory
            .EnumerateFiles(Path.Join(scene.RepositoryPath, "data"), "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        byte[] stored = await File.ReadAllBytesAsync(pack);
        stored[stored.Length / 2] ^= 1;
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, stored);

        await using StoredFile content = new(scene.Repository, file);
        byte[] read = new byte[bytes.Length];
        int length = 0;
        EngineError error = await Assert.ThrowsAsync<EngineError>(async () =>
        {
            while (await content.ReadAsync(read.AsMemory(length)) is > 0 and var some)
            {
                length += some;
            }
        });
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.True(read.AsSpan(0, length).SequenceEqual(bytes.AsSpan(0, length)));
    }

    private static async Task<Node> BackUpAsync(BackupScene scene, byte[] bytes)
    {
        RawFiles.Write(scene["file"], bytes);
        BackupReport report = await scene.RunAsync();
        return await scene.FindAsync(report, "file");
    }
}
