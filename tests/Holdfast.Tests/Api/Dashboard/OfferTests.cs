using System.Net;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Pages offer what their reader may do, and nothing that would be refused.</summary>
public sealed class OfferTests : DashboardTests
{
    [Fact]
    public async Task A_backup_is_restored_where_the_page_behind_the_button_may_be_seen()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string page = $"/dashboard/backups/{backup.Id}";
        const string offer = "Restore everything…";
        Assert.Contains(offer, await ReadAsync(page, "member"), StringComparison.Ordinal);
        Assert.DoesNotContain(offer, await ReadAsync(page, "reader"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Join(World.Top, "data", "policy.yaml"), "backup_file:get: role:admin");
        await Eventually.HoldsAsync(
            "the policy to be read",
            async () => !(await ReadAsync(page, "member")).Contains("Browse files", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(offer, await ReadAsync(page, "member"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_sees_volumes_and_can_do_nothing_with_them()
    {
        Volume volume = await World.AddVolumeAsync();
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with { ProjectId = ApiHost.Project };
        await World.Catalog.AddBackupsAsync(backup);
        (string Path, string Offer)[] offers =
        [
            ("/dashboard/volumes", "Back up now"),
            ($"/dashboard/volumes/{volume.Id}", "Back up now"),
            ($"/dashboard/volumes/{volume.Id}", "Make a schedule"),
            ($"/dashboard/backups/{backup.Id}", "Restore…"),
            ($"/dashboard/backups/{backup.Id}", "Delete…"),
        ];
        foreach ((string path, string offer) in offers)
        {
            Assert.Contains(offer, await ReadAsync(path, "member"), StringComparison.Ordinal);
            Assert.DoesNotContain(offer, await ReadAsync(path, "reader"), StringComparison.Ordinal);
        }
        string restore = $"/dashboard/backups/{backup.Id}/restore-volume";
        Assert.Contains("Replace its content", await ReadAsync(restore, "member"), StringComparison.Ordinal);
        // There are no files in a volume's backup to put into a share.
        Assert.Equal(
            HttpStatusCode.SeeOther,
            (await GetAsync($"/dashboard/backups/{backup.Id}/restore/", "member")).Status
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(restore, "reader")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(restore, "other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/dashboard/volumes/{volume.Id}", "other")).Status);
    }
}
