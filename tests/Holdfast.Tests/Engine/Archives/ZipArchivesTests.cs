using System.IO.Compression;
using Holdfast.Engine;
using Holdfast.Engine.Archives;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Archives;

public sealed class ZipArchivesTests
{
    [Fact]
    public async Task Names_modes_links_and_times_are_kept_as_well_as_a_zip_can()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene[new byte[] { (byte)'a', 0xff }], "content");
        RawFiles.Symlink("target", scene["link"]);
        RawFiles.ChangeMode(scene[new byte[] { (byte)'a', 0xff }], 0x1E8);
        RawFiles.SetModifyTime(scene[new byte[] { (byte)'a', 0xff }], new FileTime(-1, 0));
        RawFiles.MakeNode(scene["pipe"], FileKind.Fifo);
        using MemoryStream zip = await WriteAsync(scene, await scene.RunAsync());
        await using ZipArchive read = new(zip);
        Assert.Equal(
            ["the-source/", "the-source/a\\xFF", "the-source/link"],
            read.Entries.Select(entry => entry.FullName)
        );
        ZipArchiveEntry file = read.Entries[1];
        Assert.Equal(0x81E8, file.ExternalAttributes >> 16 & 0xFFFF);
        Assert.Equal(new DateTime(1980, 1, 1), file.LastWriteTime.DateTime);
        Assert.Equal("content", await TextAsync(file));
        Assert.Equal(
            (0xA1FF, "target"),
            (read.Entries[2].ExternalAttributes >> 16 & 0xFFFF, await TextAsync(read.Entries[2]))
        );
    }

    [Fact]
    public async Task One_that_failed_is_no_zip()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["a"], "there");
        BackupReport report = await scene.RunAsync();
        Node file = await scene.FindAsync(report, "a");
        BrowseEntry missing = new("/b"u8.ToArray(), file with { Content = [Sha256.Hash("nowhere"u8)] });
        using MemoryStream zip = new();
        await Assert.ThrowsAsync<EngineError>(() =>
            new ZipArchives(scene.Repository).WriteAsync(
                new[] { new BrowseEntry("/a"u8.ToArray(), file), missing }.ToAsyncEnumerable(),
                zip,
                default
            )
        );
        Assert.Throws<InvalidDataException>(() => new ZipArchive(new MemoryStream(zip.ToArray())));
    }

    private static async Task<MemoryStream> WriteAsync(BackupScene scene, BackupReport report)
    {
        TreeBrowser browser = new(scene.Repository);
        Node root = (await scene.LoadAsync(report.Snapshot.Tree))[0];
        MemoryStream zip = new();
        await new ZipArchives(scene.Repository).WriteAsync(
            browser.WalkFromAsync(root, root.Name, default),
            zip,
            default
        );
        zip.Position = 0;
        return zip;
    }

    private static async Task<string> TextAsync(ZipArchiveEntry entry)
    {
        using StreamReader reader = new(await entry.OpenAsync());
        return await reader.ReadToEndAsync();
    }
}
