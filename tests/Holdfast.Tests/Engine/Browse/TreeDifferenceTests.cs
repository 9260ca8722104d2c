using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Browse;

public sealed class TreeDifferenceTests
{
    [Fact]
    public async Task Each_kind_of_change_is_told_and_nothing_else()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        foreach (string directory in new[] { "same", "changed", "gone", "becomes-file" })
        {
            RawFiles.MakeDirectory(scene[directory]);
            RawFiles.Write(scene[$"{directory}/file"], directory);
        }
        RawFiles.Write(scene["mode"], "mode");
        RawFiles.Symlink("a", scene["link"]);
        Id before = await TreeAsync(scene);

        RawFiles.Write(scene["changed/file"], "otherwise");
        RawFiles.Write(scene["changed/new"], "new");
        RawFiles.Delete(scene["gone/file"]);
        RawFiles.Delete(scene["gone"]);
        RawFiles.Delete(scene["becomes-file/file"]);
        RawFiles.Delete(scene["becomes-file"]);
        RawFiles.Write(scene["becomes-file"], "a file");
        RawFiles.ChangeMode(scene["mode"], 0x100);
        RawFiles.Delete(scene["link"]);
        RawFiles.Symlink("b", scene["link"]);
        Id after = await TreeAsync(scene);

        Assert.Equal(
            [
                "becomes-file Type",
                "becomes-file/file Removed",
                "changed Metadata",
                "changed/file Content",
                "changed/new Added",
                "gone Removed",
                "gone/file Removed",
                "link Content",
                "mode Metadata",
            ],
            await ChangesAsync(scene, before, after)
        );
        Assert.Empty(await ChangesAsync(scene, after, after));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_goes_on_behind_whatever_was_told_last(int seed)
    {
        Random random = new(seed);
        await using BackupScene scene = await BackupScene.MakeAsync();
        Fill(scene, random);
        Id before = await TreeAsync(scene);
        foreach (RawPath path in RawFiles.Walk(scene.Source).Where(_ => random.Next(3) == 0).ToList())
        {
            if (RawFiles.Status(scene[path]).Kind == FileKind.File)
            {
                RawFiles.Delete(scene[path]);
            }
        }
        Fill(scene, random);
        Id after = await TreeAsync(scene);

        List<string> all = await ChangesAsync(scene, before, after);
        Assert.InRange(all.Count, 20, 1000);
        for (int told = 0; told < all.Count; told++)
        {
            string last = all[told].Split(' ')[0];
            Assert.Equal(all.Skip(told + 1), await ChangesAsync(scene, before, after, last));
        }
    }

    /// <summary>Directories whose names are beginnings of one another, and files in them.</summary>
    private static void Fill(BackupScene scene, Random random)
    {
        for (int number = 0; number < 40; number++)
        {
            RawPath directory = "";
            for (int depth = random.Next(3); depth > 0; depth--)
            {
                directory = directory / new string('d', 1 + random.Next(3));
                if (!RawFiles.Exists(scene[directory]))
                {
                    RawFiles.MakeDirectory(scene[directory]);
                }
            }
            RawFiles.Write(scene[directory / $"f{random.Next(20)}"], $"{random.Next()}");
        }
    }

    private static async Task<Id> TreeAsync(BackupScene scene)
    {
        BackupReport report = await scene.RunAsync();
        return (await scene.LoadAsync(report.Snapshot.Tree))[0].Subtree!.Value;
    }

    private static async Task<List<string>> ChangesAsync(BackupScene scene, Id before, Id after, string behind = "")
    {
        List<string> found = [];
        await foreach (
            TreeChange change in new TreeDifference(scene.Repository).CompareAsync(
                before,
                after,
                Encoding.UTF8.GetBytes(behind),
                default
            )
        )
        {
            Assert.Equal(
                (change.Kind == TreeChangeKind.Added, change.Kind == TreeChangeKind.Removed),
                (change.Before is null, change.After is null)
            );
            found.Add($"{Encoding.UTF8.GetString(change.Path)} {change.Kind}");
        }
        return found;
    }
}
