using Holdfast.Core.Reading;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Names;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Core.Reading;

public sealed class NameIndexesTests
{
    [Fact]
    public async Task A_project_waits_for_itself_alone()
    {
        HoldingObjectStore? held = null;
        await using BackupScene slow = await BackupScene.MakeAsync(store => held = new(store));
        await using BackupScene fast = await BackupScene.MakeAsync();
        (Id first, Id firstTree) = await BackUpAsync(slow, "one");
        (Id second, Id secondTree) = await BackUpAsync(slow, "two");
        (Id other, Id otherTree) = await BackUpAsync(fast, "three");
        using NameIndexes indexes = new();
        held!.HoldReads("data/");
        Task<NameIndex> hangs = indexes.FindAsync("a", slow.Repository, first, firstTree, default);
        await held.Held;
        using CancellationTokenSource stop = new();
        Task<NameIndex> waits = indexes.FindAsync("a", slow.Repository, second, secondTree, default);
        Task<NameIndex> leaves = indexes.FindAsync("a", slow.Repository, second, secondTree, stop.Token);
        Task<NameIndex> same = indexes.FindAsync("a", slow.Repository, first, firstTree, default);

        NameIndex found = await indexes.FindAsync("b", fast.Repository, other, otherTree, default);
        Assert.Equal(1, found.Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.False(hangs.IsCompleted || waits.IsCompleted || same.IsCompleted);

        held.Release();
        Assert.Equal((firstTree, secondTree), ((await hangs).Tree, (await waits).Tree));
        Assert.Same(await hangs, await same);
    }

    [Fact]
    public async Task That_there_are_too_many_is_remembered()
    {
        FaultyObjectStore? store = null;
        await using BackupScene scene = await BackupScene.MakeAsync(inner => store = new(inner));
        (Id snapshot, Id tree) = await BackUpAsync(scene, "a name of some length");
        using NameIndexes indexes = new() { MostBytes = 50 };
        for (int time = 0; time < 2; time++)
        {
            EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
                indexes.FindAsync("a", scene.Repository, snapshot, tree, default)
            );
            Assert.Equal(EngineErrorKind.Invalid, error.Kind);
            // The second time nothing can be read.
            store!.Fail(StoreCall.Read, Fault.Permanently, times: int.MaxValue);
        }
    }

    private static async Task<(Id Snapshot, Id Tree)> BackUpAsync(BackupScene scene, string name)
    {
        RawFiles.List(scene.Source).ForEach(old => RawFiles.Delete(scene[old]));
        RawFiles.Write(scene[name], name);
        BackupReport report = await scene.RunAsync();
        return (report.Snapshot.Id, (await scene.LoadAsync(report.Snapshot.Tree))[0].Subtree!.Value);
    }
}
