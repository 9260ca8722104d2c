using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>An image with random content is changed again and again, and each backup is the next one's parent.</summary>
public sealed class IncrementalImageTests
{
    private const int Seeds = 4;
    private const int Rounds = 4;

    public static TheoryData<int> AllSeeds => [.. Enumerable.Range(0, Seeds)];

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public async Task With_known_changes_the_blobs_are_those_of_a_full_backup(int seed)
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        var image = new RandomImage(scene.Image, seed);
        image.Make();
        ImageBackupReport report = await scene.RunAsync();
        for (int round = 0; round < Rounds; round++)
        {
            image.Change();
            report = await scene.RunAsync(report.Backup.Snapshot, new KnownChanges(image.Changed));
            Assert.True(report.IsIncremental);
            await AssertSameAsFullAsync(scene, report);
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public async Task With_digests_the_blobs_are_those_of_a_full_backup(int seed)
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        var image = new RandomImage(scene.Image, seed);
        image.Make();
        ImageBackupReport report = await scene.RunAsync(digests: ImageDigests.Create());
        for (int round = 0; round < Rounds; round++)
        {
            image.Change();
            ImageDigests digests = ImageDigests.Parse(report.Digests!.ToBytes())!;
            report = await scene.RunAsync(report.Backup.Snapshot, digests: digests);
            Assert.True(report.IsIncremental);
            await AssertSameAsFullAsync(scene, report);
        }
    }

    /// <summary>So content, and what any later backup finds stored already, are the same too.</summary>
    private static async Task AssertSameAsFullAsync(ImageBackupScene scene, ImageBackupReport report)
    {
        ImageBackupReport full = await scene.RunAsync();
        Assert.Equal(await scene.BlobsAsync(full), await scene.BlobsAsync(report));
        Assert.Equal(0, full.Backup.Snapshot.Summary!.DataBlobs);
        Assert.Equal(await File.ReadAllBytesAsync(scene.Image), await scene.ReadAsync(report));
        await PackCountTests.IsTrueAsync(scene.Repository, report.Backup);
    }
}
