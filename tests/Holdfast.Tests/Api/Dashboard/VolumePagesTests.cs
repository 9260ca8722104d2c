using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Lists of volumes and of their backups, and where a backup may go.</summary>
public sealed partial class VolumePagesTests : DashboardTests
{
    // One more than a page has.
    private const int Many = 51;

    [Fact]
    public async Task A_volume_that_does_not_hold_the_backup_is_no_choice()
    {
        Volume volume = await World.AddVolumeAsync();
        Volume small = await World.AddVolumeAsync(row => row with { Name = "small" });
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with
        {
            ProjectId = ApiHost.Project,
            Size = 2,
        };
        Volume large = await World.AddVolumeAsync(row => row with { Size = 2, Bytes = 2L << 30, Name = "large" });
        await World.Catalog.AddBackupsAsync(backup);
        string page = await ReadAsync($"/dashboard/backups/{backup.Id}/restore-volume", "member");
        Assert.Contains($"value=\"{large.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{small.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{volume.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" selected", page[page.IndexOf("name=\"volume_id\"")..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volumes_are_listed_page_by_page_and_found_by_their_names()
    {
        List<string> ids = [];
        for (int number = 0; number < Many; number++)
        {
            ids.Add((await World.AddVolumeAsync(row => row with { Name = $"disk {number}" })).Id);
        }
        Volume theirs = await World.AddVolumeAsync(row => row with { ProjectId = ApiHost.OtherProject });
        Assert.Equal(ids.Order(), (await LinksAsync("/dashboard/volumes", VolumeLink())).Order());
        Assert.Contains(
            $"/volumes/{theirs.Id}\"",
            await ReadAsync("/dashboard/volumes", "other"),
            StringComparison.Ordinal
        );
        Assert.Equal(ids[7], Assert.Single(await LinksAsync("/dashboard/volumes?name=disk%207", VolumeLink())));
        Assert.Contains(
            "No volume has that name.",
            await ReadAsync("/dashboard/volumes?name=disk", "member"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_volume_that_nobody_backs_up_needs_attention()
    {
        Volume volume = await World.AddVolumeAsync();
        string overview = await ReadAsync("/dashboard", "member");
        Assert.Contains($"href=\"/dashboard/volumes/{volume.Id}\"", overview, StringComparison.Ordinal);
        Assert.Contains($"action=\"/dashboard/volumes/{volume.Id}/backups\"", overview, StringComparison.Ordinal);
        Assert.Contains("1 share or volume", overview, StringComparison.Ordinal);
        foreach (string path in (string[])["/dashboard/volumes", $"/dashboard/volumes/{volume.Id}"])
        {
            Assert.Contains("unprotected", await ReadAsync(path, "member"), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_volumes_backups_are_listed_page_by_page()
    {
        Volume volume = await World.AddVolumeAsync();
        Volume other = await World.AddVolumeAsync();
        List<string> ids = [];
        for (int number = 0; number < Many; number++)
        {
            ids.Add((await AddBackupAsync(volume)).Id);
        }
        await AddBackupAsync(other);
        Assert.Equal(ids.Order(), (await LinksAsync($"/dashboard/volumes/{volume.Id}", BackupLink())).Order());
    }

    [Fact]
    public async Task A_backup_that_was_given_goes_into_a_volume_of_the_recipients_alone()
    {
        Volume volume = await World.AddVolumeAsync();
        Backup backup = await AddBackupAsync(volume);
        await World.AddSharingAsync(backup, ApiHost.OtherProject);
        Volume theirs = await World.AddVolumeAsync(row => row with { ProjectId = ApiHost.OtherProject });
        string page = $"/dashboard/backups/{backup.Id}/restore-volume";
        Assert.Contains(
            $"href=\"{page}\"",
            await ReadAsync($"/dashboard/backups/{backup.Id}", "other"),
            StringComparison.Ordinal
        );
        string choices = await ReadAsync(page, "other");
        Assert.Contains($"value=\"{theirs.Id}\"", choices, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{volume.Id}\"", choices, StringComparison.Ordinal);

        // Nor is the owner's taken by a form that names it.
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(page, "other", ("volume_id", volume.Id))).Status);
        Assert.Empty(await World.QueuedAsync());
        PageAnswer done = await PostAsync(page, "other", ("volume_id", theirs.Id));
        Operation queued = Assert.Single(await World.QueuedAsync());
        Assert.Equal((HttpStatusCode.SeeOther, $"/dashboard/operations/{queued.Id}"), (done.Status, done.Location));
        Assert.Equal((OperationKind.RestoreVolumeBackup, theirs.Id), (queued.Kind, queued.VolumeId));
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_on_a_page()
    {
        Volume busy = await World.AddVolumeAsync(row => row with { Status = VolumeStatus.BackingUp });
        Backup backup = await AddBackupAsync(busy);
        string page = $"/dashboard/backups/{backup.Id}";
        PageAnswer none = await PostAsync($"{page}/restore-volume", "member");
        Assert.Equal(HttpStatusCode.BadRequest, none.Status);
        Assert.Contains("Choose the volume that is overwritten.", none.Text, StringComparison.Ordinal);
        PageAnswer refused = await PostAsync($"{page}/restore-volume", "member", ("volume_id", busy.Id));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("Volume to be restored to must be available", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync($"{page}/volumes", "member", ("size", "0"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync($"{page}/volumes", "member", ("size", "big"))).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await PostAsync($"/dashboard/volumes/{busy.Id}/backups", "member")).Status
        );
        Assert.Empty(await World.QueuedAsync());
        Assert.Empty(World.Host.Errors);
    }

    private async Task<Backup> AddBackupAsync(Volume volume)
    {
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with { ProjectId = volume.ProjectId };
        await World.Catalog.AddBackupsAsync(backup);
        return backup;
    }

    /// <summary>What the rows lead to, from this page to the last.</summary>
    private async Task<List<string>> LinksAsync(string path, Regex link)
    {
        List<string> ids = [];
        for (string? at = path; at is not null; )
        {
            string page = await ReadAsync(at, "member");
            ids.AddRange(link.Matches(page).Select(match => match.Groups["id"].Value));
            at = Next().Match(page) is { Success: true } next ? next.Groups["path"].Value : null;
        }
        return ids;
    }

    [GeneratedRegex(
        "<th scope=\"row\"><a href=\"/dashboard/volumes/(?<id>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex VolumeLink();

    [GeneratedRegex(
        "<th scope=\"row\"><a href=\"/dashboard/backups/(?<id>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex BackupLink();

    [GeneratedRegex("href=\"(?<path>[^\"]+)\">Next page<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Next();
}
