using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>
/// A name stood for a file from outside the target when it was opened, and does not any more when it is asked about: that
/// file's own count of links is then what a file of the target's has.
/// </summary>
public sealed class OpenedFileTests
{
    private const string Content = "the content\n";

    [Theory]
    [InlineData(Content)]
    [InlineData("not the same\n")]
    public async Task AFileFromOutsideIsLeftAlone(string content)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], Content);
        BackupReport backup = await scene.RunAsync();
        string target = scene.Beside("target");
        RawPath restored = Path.Combine(target, "file");
        RawPath precious = Precious(scene, content);
        RawFiles.Link(precious, restored);
        await RestoreAsync(scene, backup, target, precious, _ => RawFiles.Delete(restored));
        Assert.Equal(Content, await File.ReadAllTextAsync(Path.Combine(target, "file")));
    }

    /// <summary>An inode that was found to have the backup's names alone is exchanged for one with as many.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AFileFromOutsideIsNotTakenForOneOfSeveralNames(int name)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        foreach (string file in (string[])["a", "b"])
        {
            RawFiles.Write(scene[$"{file}1"], Content);
            RawFiles.Link(scene[$"{file}1"], scene[$"{file}2"]);
        }
        BackupReport backup = await scene.RunAsync();
        string target = scene.Beside("target");
        RestoreSource source = await SourceAsync(scene, backup);
        await new TreeRestore(scene.Repository, source, target, new RestoreOptions()).RunAsync(default);
        RawPath precious = Precious(scene, Content);
        bool exchanged = false;
        await RestoreAsync(
            scene,
            backup,
            target,
            precious,
            opened =>
            {
                // When the one is opened, both have been looked at.
                string other = Path.Combine(target, $"{(opened[0] == 'a' ? 'b' : 'a')}{name}");
                if (!exchanged)
                {
                    exchanged = true;
                    RawFiles.Delete(other);
                    RawFiles.Link(precious, other);
                }
            }
        );
        Assert.All(
            (string[])["a1", "a2", "b1", "b2"],
            name => Assert.Equal(Content, File.ReadAllText(Path.Combine(target, name)))
        );
    }

    private static Task<RestoreSource> SourceAsync(BackupScene scene, BackupReport backup) =>
        new TreeBrowser(scene.Repository).SourceAsync(
            backup.Snapshot,
            Encoding.UTF8.GetBytes(BackupScene.SourceName),
            default
        );

    private static RawPath Precious(BackupScene scene, string content)
    {
        RawPath precious = Path.Combine(scene.Beside("outside"), "precious");
        RawFiles.Write(precious, content);
        RawFiles.ChangeMode(precious, 0x180);
        RawFiles.ChangeOwner(precious, 4321, 4321);
        return precious;
    }

    private static byte[] ReadAll(RawPath path)
    {
        using FileStream file = RawFiles.OpenRead(path);
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static async Task RestoreAsync(
        BackupScene scene,
        BackupReport backup,
        string target,
        RawPath precious,
        Action<byte[]> afterOpen
    )
    {
        FileStatus before = RawFiles.Status(precious);
        byte[] content = ReadAll(precious);
        RestoreSource source = await SourceAsync(scene, backup);
        RestoreOptions options = new() { Workers = 1, ReadUnchanged = true };
        await new TreeRestore(scene.Repository, source, target, options) { AfterOpen = afterOpen }.RunAsync(default);
        FileStatus after = RawFiles.Status(precious);
        Assert.Equal(before with { Links = 1 }, after with { Links = 1 });
        Assert.Equal(content, ReadAll(precious));
    }
}
