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
/// A tenant changes the share under the restore that puts it back in place, as fast as he can. He may make it fail; it ends,
/// nothing outside is opened or changed, and the next one that is left in peace makes the share right.
/// </summary>
public sealed class RacingTenantTests
{
    private const int Restores = 50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NothingOutsideIsWrittenByARestore(bool dropPrivileges)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        using var canaries = new Canaries(scene.Source);
        BackupReport backup = await scene.RunAsync();
        string before = scene.Beside(".") + "/before";
        Copy.Of(scene.Source, before);
        // Else what looks unchanged is not opened.
        var options = new RestoreOptions
        {
            ReadUnchanged = true,
            DropPrivileges = dropPrivileges,
            Verify = dropPrivileges,
        };
        Bait[] baits = [Bait.Symlink, Bait.Symlink, Bait.Fifo, Bait.EmptyDirectory, Bait.EmptyFile, Bait.HardLink];
        long done = 0;
        using (var tenant = new RacingTenant(scene.Source, canaries.Outside, baits))
        {
            for (int run = 0; run < Restores; run++)
            {
                done += await TryRestoreAsync(scene, backup, options) ? 1 : 0;
            }
            Assert.True(tenant.Changes > Restores, $"{tenant.Changes} changes");
        }
        canaries.AssertUntouched();
        Assert.True(await TryRestoreAsync(scene, backup, options), $"{done} others came through.");
        TreeComparer.AssertEqual(before, scene.Source);
        canaries.AssertUntouched();
    }

    /// <returns>False when the tenant made it fail.</returns>
    private static async Task<bool> TryRestoreAsync(BackupScene scene, BackupReport backup, RestoreOptions options)
    {
        byte[] path = Encoding.UTF8.GetBytes(BackupScene.SourceName);
        RestoreSource source = await new TreeBrowser(scene.Repository).SourceAsync(backup.Snapshot, path, default);
        try
        {
            await new TreeRestore(scene.Repository, source, scene.Source, options).RunAsync(default);
            return true;
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Files)
        {
            return false;
        }
    }
}
