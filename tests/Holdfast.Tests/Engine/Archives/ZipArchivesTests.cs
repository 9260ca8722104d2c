using System.Globalization;
using System.IO.Compression;
using System.Text;
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
            ["the-source/", "the-source/a%FF", "the-source/link"],
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

    [Fact]
    public async Task A_zip_takes_so_many_entries_and_no_more()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        await WriteAsync(scene, Directories(250_000, 10));
        await RefusedAsync(scene, "too many entries", Directories(250_001, 10));
    }

    [Fact]
    public async Task A_zip_takes_so_many_bytes_of_names_and_no_more()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        // With the slash at its end each name has 65,536 / 2 bytes.
        await WriteAsync(scene, Directories(1024, 32_767));
        await RefusedAsync(scene, "too many entries", Directories(1025, 32_767));
    }

    [Fact]
    public async Task A_path_that_the_format_cannot_say_is_refused()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        await WriteAsync(scene, Directories(1, 65_534));
        await RefusedAsync(scene, "too long", Directories(1, 65_535));
    }

    private static IEnumerable<BrowseEntry> Directories(int count, int nameBytes)
    {
        Node directory = new() { Name = "directory"u8.ToArray(), Type = NodeType.Dir };
        return Enumerable
            .Range(0, count)
            .Select(number => number.ToString(CultureInfo.InvariantCulture).PadLeft(nameBytes, '0'))
            .Select(name => new BrowseEntry(Encoding.ASCII.GetBytes("/" + name), directory));
    }

    private static Task WriteAsync(BackupScene scene, IEnumerable<BrowseEntry> entries) =>
        new ZipArchives(scene.Repository).WriteAsync(entries.ToAsyncEnumerable(), Stream.Null, default);

    private static async Task RefusedAsync(BackupScene scene, string why, IEnumerable<BrowseEntry> entries)
    {
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => WriteAsync(scene, entries));
        Assert.Equal(EngineErrorKind.Invalid, error.Kind);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("as tar", error.Message, StringComparison.Ordinal);
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
