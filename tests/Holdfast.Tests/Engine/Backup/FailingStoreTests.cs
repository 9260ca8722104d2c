using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

public sealed class FailingStoreTests
{
    [Theory]
    [InlineData("data/")]
    [InlineData("index/")]
    [InlineData("snapshots/")]
    public async Task A_store_that_fails_leaves_no_snapshot_and_the_next_run_succeeds(string prefix)
    {
        FaultyObjectStore? faulty = null;
        await using BackupScene scene = await BackupScene.MakeAsync(store => faulty = new FaultyObjectStore(store));
        NastyTree.Build(scene.Source);
        faulty!.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue, beneath: prefix);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => scene.RunAsync());
        Assert.Equal(EngineErrorKind.Store, error.Kind);
        Assert.True(error.Temporary);
        Assert.Empty(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
        faulty.Mend();
        BackupReport report = await scene.RunAsync();
        Assert.Single(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
        Assert.Equal(0, report.ItemErrors);
        await scene.Restic.CheckAsync();
    }

    [Fact]
    public async Task A_cancelled_run_ends_and_leaves_no_snapshot()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        for (int number = 0; number < 500; number++)
        {
            RawFiles.Write(scene[$"{number}"], $"{number}");
        }
        using var cancel = new CancellationTokenSource();
        int read = 0;
        void CancelAtTen(byte[] name)
        {
            if (Interlocked.Increment(ref read) == 10)
            {
                cancel.Cancel();
            }
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            scene.RunAsync(afterRead: CancelAtTen, cancellationToken: cancel.Token)
        );
        Assert.InRange(read, 10, 499);
        Assert.Empty(await scene.Repository.ListSnapshotsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Descriptors_are_closed_after_success_and_failure()
    {
        FaultyObjectStore? faulty = null;
        await using BackupScene scene = await BackupScene.MakeAsync(store => faulty = new FaultyObjectStore(store));
        NastyTree.Build(scene.Source);
        await scene.RunAsync();
        int BeneathSource() =>
            Directory
                .GetFiles("/proc/self/fd")
                .Count(file =>
                    new FileInfo(file).LinkTarget?.StartsWith(scene.Source, StringComparison.Ordinal) == true
                );
        Assert.Equal(0, BeneathSource());
        RawFiles.Write(scene["more"], new byte[3_000_000]);
        faulty!.Fail(StoreCall.Put, Fault.Temporarily, times: int.MaxValue, beneath: "data/");
        await Assert.ThrowsAsync<EngineError>(() => scene.RunAsync());
        Assert.Equal(0, BeneathSource());
    }
}
