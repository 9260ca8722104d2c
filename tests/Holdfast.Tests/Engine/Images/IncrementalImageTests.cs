using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Engine.Packs;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Holdfast.Tests.Engine.Chunking;
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

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_change_at_the_edge_of_a_blob_is_noticed(int beside, bool resize)
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, Data.Random(new Random(8), 7_000_000));
        ImageBackupReport first = await scene.RunAsync(digests: ImageDigests.Create());
        long at = beside;
        foreach (Id id in (await scene.BlobsAsync(first)).Take(2))
        {
            Assert.True(scene.Repository.TryLocate(BlobKind.Data, id, out BlobLocation location));
            at += location.PlaintextLength;
        }
        long end = 7_000_000;
        using (FileStream file = RawFiles.OpenWrite(scene.Image))
        {
            file.Position = at;
            int old = file.ReadByte();
            file.Position = at;
            file.WriteByte((byte)~old);
            if (resize)
            {
                file.SetLength(at + 1);
            }
        }
        var changes = new KnownChanges([(at, resize ? end : at + 1)]);
        await AssertSameAsFullAsync(scene, await scene.RunAsync(first.Backup.Snapshot, changes));
        ImageBackupReport digested = await scene.RunAsync(first.Backup.Snapshot, digests: first.Digests);
        await AssertSameAsFullAsync(scene, digested);
        // The last blob ends with the image now, and not where it would be cut.
        RawFiles.Write(scene.Image, [.. await scene.ReadAsync(digested), .. Data.Random(new Random(9), 3_000_000)]);
        long length = digested.Backup.Snapshot.Summary!.TotalBytesProcessed;
        changes = new KnownChanges([(length, length + 3_000_000)]);
        await AssertSameAsFullAsync(scene, await scene.RunAsync(digested.Backup.Snapshot, changes));
        await AssertSameAsFullAsync(scene, await scene.RunAsync(digested.Backup.Snapshot, digests: digested.Digests));
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
