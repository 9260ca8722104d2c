using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class BackupListServiceTests
{
    [Fact]
    public async Task The_newest_good_backup_of_a_volume_has_data_and_no_damage_and_is_the_projects_own()
    {
        await using CoreFixture core = await CoreFixture.MakeAsync();
        await core.Catalog.AddVolumesAsync(Rows.Volume("v1"), Rows.Volume("bare"));
        await core.Catalog.AddBackupsAsync(
            Of("old", 1),
            Of("good", 2),
            Of("damaged", 3) with
            {
                Damage = "lost",
            },
            Of("failed", 4) with
            {
                Status = BackupStatus.Error,
            },
            Of("begun", 5) with
            {
                Status = BackupStatus.Creating,
                SnapshotId = null,
            }
        );
        BackupListService backups = new(core.Catalog, new Policy(), core.Time);
        string[] volumes = ["v1", "bare"];

        (string volume, ProvenBackup good) = Assert.Single(
            await backups.NewestGoodOfVolumesAsync(CoreFixture.Member, volumes, CancellationToken.None)
        );
        Assert.Equal(("v1", "good"), (volume, good.Backup.Id));
        Assert.Empty(await backups.NewestGoodOfVolumesAsync(CoreFixture.Stranger, volumes, CancellationToken.None));
    }

    private static Backup Of(string id, int minute) =>
        Rows.VolumeBackup(id, "v1") with
        {
            CreatedAt = Rows.Start.AddMinutes(minute),
        };
}
