using Holdfast.Engine;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Chunking;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

public sealed class ImageDigestsTests
{
    [Fact]
    public async Task What_the_tags_show_as_unchanged_is_read_once_and_not_stored()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        byte[] content = Data.Random(new Random(1), 12_000_000);
        RawFiles.Write(scene.Image, content);
        ImageBackupReport first = await scene.RunAsync(digests: ImageDigests.Create());
        Assert.False(first.IsIncremental);
        Assert.Equal(first.Backup.Snapshot.Id, first.Digests!.Snapshot);
        content[7_000_000] ^= 1;
        RawFiles.Write(scene.Image, content);
        ImageBackupReport second = await scene.RunAsync(first.Backup.Snapshot, digests: first.Digests);
        Assert.Equal((12_000_000L, true), (second.BytesRead, second.IsIncremental));
        Assert.Equal(content, await scene.ReadAsync(second));
        Assert.Equal(second.Backup.Snapshot.Id, second.Digests!.Snapshot);
    }

    [Fact]
    public async Task Tags_are_believed()
    {
        // Only so is it shown that they are what is compared: a tag of other content hides a change.
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "before");
        ImageBackupReport first = await scene.RunAsync(digests: ImageDigests.Create());
        RawFiles.Write(scene.Image, "behind");
        ImageBackupReport other = await scene.RunAsync(digests: first.Digests);
        ImageDigests wrong = Forge(other.Digests!, first.Backup.Snapshot.Id);
        ImageBackupReport second = await scene.RunAsync(first.Backup.Snapshot, digests: wrong);
        Assert.Equal("before", await scene.ReadTextAsync(second));
    }

    [Fact]
    public async Task Digests_of_another_snapshot_are_not_compared_with()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, "before");
        ImageBackupReport first = await scene.RunAsync(digests: ImageDigests.Create());
        RawFiles.Write(scene.Image, "behind");
        ImageBackupReport second = await scene.RunAsync(first.Backup.Snapshot, digests: first.Digests);
        ImageBackupReport third = await scene.RunAsync(first.Backup.Snapshot, digests: second.Digests);
        Assert.False(third.IsIncremental);
        Assert.Equal("behind", await scene.ReadTextAsync(third));
    }

    [Fact]
    public async Task Any_changed_byte_is_noticed()
    {
        await using ImageBackupScene scene = await ImageBackupScene.MakeAsync();
        RawFiles.Write(scene.Image, Data.Random(new Random(2), 2_000_000));
        byte[] bytes = (await scene.RunAsync(digests: ImageDigests.Create())).Digests!.ToBytes();
        Assert.NotNull(ImageDigests.Parse(bytes));
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x10;
            Assert.Null(ImageDigests.Parse(bytes));
            bytes[at] ^= 0x10;
        }
        Assert.Null(ImageDigests.Parse(bytes.AsSpan(0, bytes.Length - 16)));
        Assert.Null(ImageDigests.Parse([]));
    }

    [Fact]
    public void Every_volume_has_a_key_of_its_own() =>
        Assert.NotEqual(ImageDigests.Create().ToBytes(), ImageDigests.Create().ToBytes());

    private static ImageDigests Forge(ImageDigests digests, Id snapshot) => digests.For(snapshot, digests.Tags);
}
