using Holdfast.Engine.Backup;
using Holdfast.Engine.Chunking;
using Holdfast.Engine.Files;
using Holdfast.Engine.Packs;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class ContentSaverTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(0, 100_000_000)]
    [InlineData(1000, 1001)]
    [InlineData(Chunker.MinSize, 100_000_000)]
    [InlineData(Chunker.MinSize + 1, 100_000_000)]
    [InlineData(9_000_000, 100_000_000)]
    public async Task A_file_that_grew_is_read_one_byte_beyond_its_size(int size, int grown)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], new byte[size]);
        FileContent content = await SaveAsync(scene, grown);
        Assert.Equal((Errno.None, size + 1L), (content.Errno, content.Size));
    }

    [Fact]
    public async Task A_hole_that_grew_is_read_one_byte_beyond_its_size()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        using (FileStream hole = RawFiles.Create(scene["file"]))
        {
            hole.SetLength(3_000_000);
        }
        FileContent content = await SaveAsync(scene, 1L << 40);
        Assert.Equal((Errno.None, 3_000_001L), (content.Errno, content.Size));
    }

    /// <summary>Saves the scene's one file, which gets another length between being asked for its status and being read.</summary>
    private static async Task<FileContent> SaveAsync(BackupScene scene, long length)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(scene.Source);
        Assert.Equal(Errno.None, directory.TryOpenFile("file"u8, out FileHandle? file));
        using (file)
        {
            Assert.Equal(Errno.None, file!.TryStat(out Holdfast.Engine.Files.FileStatus status));
            using (var stream = new FileStream(Path.Join(scene.Source, "file"), FileMode.Open))
            {
                stream.SetLength(length);
            }
            await using BlobWriter writer = scene.Repository.CreateWriter();
            using var buffers = new ChunkBuffers(3);
            var chunker = new Chunker(scene.Repository.ChunkerPolynomial);
            var contents = new ContentSaver(writer, chunker, buffers, new BackupOptions(), new BackupCounters());
            return await contents.SaveAsync(file, in status, CancellationToken.None);
        }
    }
}
