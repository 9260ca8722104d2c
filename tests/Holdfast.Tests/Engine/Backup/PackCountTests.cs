using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Packs;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

/// <summary>A report's packs are those that a walk through the snapshot meets, whatever of it was there before.</summary>
public sealed class PackCountTests
{
    private const int FileSize = 3_000_000;

    [Fact]
    public async Task The_packs_are_those_that_the_snapshots_trees_and_contents_lie_in()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.MakeDirectory(scene["d"]);
        for (int n = 0; n < 16; n++)
        {
            Write(scene, n % 2 == 0 ? $"d/{n}" : $"{n}", seed: n);
        }
        BackupReport first = await scene.RunAsync();
        Assert.True(first.Packs > 3, $"{first.Packs}");
        await IsTrueAsync(scene.Repository, first);

        BackupReport unchanged = await scene.RunAsync(first.Snapshot);
        Assert.Equal(first.Packs, unchanged.Packs);
        await IsTrueAsync(scene.Repository, unchanged);

        Write(scene, "d/0", seed: 100);
        BackupReport changed = await scene.RunAsync(unchanged.Snapshot);
        await IsTrueAsync(scene.Repository, changed);

        // Without a parent every byte is read, and nothing is stored.
        BackupReport anew = await scene.RunAsync();
        Assert.Equal(0, anew.Snapshot.Summary!.DataBlobs);
        await IsTrueAsync(scene.Repository, anew);

        for (int n = 2; n < 16; n++)
        {
            File.Delete(Path.Join(scene.Source, n % 2 == 0 ? $"d/{n}" : $"{n}"));
        }
        BackupReport little = await scene.RunAsync(anew.Snapshot);
        Assert.True(little.Packs < changed.Packs, $"{little.Packs}, {changed.Packs}");
        await IsTrueAsync(scene.Repository, little);
    }

    [Fact]
    public async Task An_empty_directory_is_its_trees_pack()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        BackupReport first = await scene.RunAsync();
        Assert.Equal(1, first.Packs);
        Assert.Equal(1, (await scene.RunAsync(first.Snapshot)).Packs);
    }

    /// <summary>Looks where everything in the snapshot lies.</summary>
    internal static async Task IsTrueAsync(Repository repository, BackupReport report)
    {
        HashSet<Id> packs = [];
        Meet(BlobKind.Tree, report.Snapshot.Tree);
        await foreach (BrowseEntry entry in new TreeBrowser(repository).WalkAsync(report.Snapshot.Tree, [], default))
        {
            if (entry.Node.Subtree is { } tree)
            {
                Meet(BlobKind.Tree, tree);
            }
            foreach (Id blob in entry.Node.Content ?? [])
            {
                Meet(BlobKind.Data, blob);
            }
        }
        Assert.Equal(packs.Count, report.Packs);

        void Meet(BlobKind kind, Id id)
        {
            Assert.True(repository.TryLocate(kind, id, out BlobLocation location));
            packs.Add(location.Pack);
        }
    }

    private static void Write(BackupScene scene, string name, int seed)
    {
        byte[] noise = new byte[FileSize];
        new Random(seed).NextBytes(noise);
        File.WriteAllBytes(Path.Join(scene.Source, name), noise);
    }
}
