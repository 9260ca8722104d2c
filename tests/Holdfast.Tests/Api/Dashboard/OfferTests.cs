using System.Net;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Pages offer what their reader may do, and nothing that would be refused.</summary>
public sealed class OfferTests : IAsyncLifetime
{
    private ManilaWorld world = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        world = await ManilaWorld.StartLocalAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = world.Host.Address,
        };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_is_restored_where_the_page_behind_the_button_may_be_seen()
    {
        Backup backup = await world.AddBackupAsync(await world.AddShareAsync());
        string page = $"/dashboard/backups/{backup.Id}";
        const string offer = "Restore everything…";
        Assert.Contains(offer, await ReadAsync(page, "member"), StringComparison.Ordinal);
        Assert.DoesNotContain(offer, await ReadAsync(page, "reader"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Join(world.Top, "data", "policy.yaml"), "backup_file:get: role:admin");
        await Eventually.HoldsAsync(
            "the policy to be read",
            async () => !(await ReadAsync(page, "member")).Contains("Browse files", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(offer, await ReadAsync(page, "member"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_sees_volumes_and_can_do_nothing_with_them()
    {
        Volume volume = await world.AddVolumeAsync();
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with { ProjectId = ApiHost.Project };
        await world.Catalog.AddBackupsAsync(backup);
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
            (await AskAsync($"/dashboard/backups/{backup.Id}/restore/", "member")).Status
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(restore, "reader")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(restore, "other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync($"/dashboard/volumes/{volume.Id}", "other")).Status);
    }

    [Fact]
    public async Task A_volume_that_does_not_hold_the_backup_is_no_choice()
    {
        Volume volume = await world.AddVolumeAsync();
        Volume small = await world.AddVolumeAsync(row => row with { Name = "small" });
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with
        {
            ProjectId = ApiHost.Project,
            Size = 2,
        };
        Volume large = await world.AddVolumeAsync(row => row with { Size = 2, Bytes = 2L << 30, Name = "large" });
        await world.Catalog.AddBackupsAsync(backup);
        string page = await ReadAsync($"/dashboard/backups/{backup.Id}/restore-volume", "member");
        Assert.Contains($"value=\"{large.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{small.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{volume.Id}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" selected", page[page.IndexOf("name=\"volume_id\"")..], StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync(string path, string caller)
    {
        (HttpStatusCode status, string page) = await AskAsync(path, caller);
        Assert.Equal((path, HttpStatusCode.OK), (path, status));
        return page;
    }

    private async Task<(HttpStatusCode Status, string Page)> AskAsync(string path, string caller)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"holdfast_session={Uri.EscapeDataString(world.Host.Tokens[caller])}");
        using HttpResponseMessage answer = await http.SendAsync(request);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }
}
