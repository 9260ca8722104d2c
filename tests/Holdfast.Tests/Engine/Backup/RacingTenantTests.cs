using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Backup;

/// <summary>
/// A tenant changes the share under the running backup as fast as he can. What is outside is not even opened, each backup
/// comes to its end, and the first one that is left in peace is right.
/// </summary>
public sealed class RacingTenantTests
{
    private const int Backups = 25;

    [Fact]
    public async Task NothingOutsideIsReadByABackup()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        using var canaries = new Canaries(scene.Source);
        Bait[] baits = [Bait.Symlink, Bait.Fifo, Bait.EmptyDirectory, Bait.EmptyFile];
        long problems = 0;
        using (var tenant = new RacingTenant(scene.Source, canaries.Outside, Baits(baits)))
        {
            Snapshot? parent = null;
            for (int run = 0; run < Backups; run++)
            {
                BackupReport report = await scene.RunAsync(parent);
                parent = run % 2 == 0 ? report.Snapshot : null;
                problems += report.ItemErrors;
            }
            Assert.True(tenant.Changes > Backups, $"{tenant.Changes} changes");
        }
        canaries.AssertUntouched();
        Assert.True(problems > 0, "Nothing changed under any backup.");
        BackupReport last = await scene.RunAsync();
        Assert.Equal(0, last.ItemErrors);
        Assert.All(canaries.Contents(), canary => AssertNotStored(scene.Repository, canary));
        await scene.Restic.CheckAsync();
        string restored = scene.Beside("restored");
        await scene.Restic.RestoreAsync($"{last.Snapshot.Id}:/{BackupScene.SourceName}", restored);
        TreeComparer.AssertEqual(scene.Source, restored, new TreeComparison { IgnoreRoot = true });
    }

    private static Bait[] Baits(Bait[] everybodys) => RawFiles.IsRoot ? [.. everybodys, Bait.Device] : everybodys;

    private static void AssertNotStored(Repository repository, byte[] canary) =>
        Assert.False(
            repository.Contains(BlobKind.Data, Sha256.Hash(canary)),
            Encoding.UTF8.GetString(canary.AsSpan(0, Math.Min(60, canary.Length)))
        );
}
