using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Holdfast.BrowserTests.Site.World))]

namespace Holdfast.BrowserTests.Site;

/// <summary>
/// A real server with something in it, and a real browser: made once for all tests. Each test opens windows of its own and
/// changes nothing that another one looks at, but what it made itself.
/// </summary>
public sealed class World : IAsyncLifetime
{
    /// <summary>A name as a hostile tenant gives it: of a share, a backup and a file.</summary>
    public const string HostileName = "<img src=x onerror=alert(1)>";

    public const string ReportText = "the report as it was\n";

    // Debian's; the flags keep it from looking for anybody outside.
    private static readonly BrowserTypeLaunchOptions Launch = new()
    {
        ExecutablePath = "/usr/bin/chromium",
        ChromiumSandbox = false,
        Args =
        [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    };

    // Of a page for what it is to show, milliseconds: as long as tests wait for anything.
    private const float LongestWait = 60_000;

    private IPlaywright? playwright;
    private IBrowser? browser;

    public HoldfastServer Server { get; private set; } = null!;

    public IBrowser Browser => browser!;

    /// <summary>Whose share, files and backup there are.</summary>
    public Tenant Owner { get; private set; } = null!;

    /// <summary>Of another project, to which the owner has given nothing.</summary>
    public Tenant Stranger { get; private set; } = null!;

    /// <summary>Of a third project, which has given a backup to the owner's, and was given one.</summary>
    public Tenant Friend { get; private set; } = null!;

    public OpenStackSession Administrator { get; private set; } = null!;

    /// <summary>With the hostile name: <c>documents/report.txt</c>, a file with the hostile name, and one whose name is not UTF-8.</summary>
    public Share Share { get; private set; } = null!;

    /// <summary>Of <see cref="Share"/>, whole.</summary>
    public string Backup { get; private set; } = null!;

    /// <summary>The operation that made <see cref="Backup"/>.</summary>
    public string Operation { get; private set; } = null!;

    /// <summary>Of <see cref="Share"/>; with the hostile name.</summary>
    public string Schedule { get; private set; } = null!;

    /// <summary>The owner's, with the hostile name.</summary>
    public SystemVolume Volume { get; private set; } = null!;

    /// <summary>Of <see cref="Volume"/>.</summary>
    public string VolumeBackup { get; private set; } = null!;

    /// <summary>The owner's second project.</summary>
    public string SecondProject { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await HoldfastServer.StartAsync();
        Assertions.SetDefaultExpectTimeout(LongestWait);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(Launch);
        Administrator = await OpenStackSession.SignInAsync(Server.Url, "admin", HoldfastServer.AdminPassword, "admin");
        Owner = await Tenant.CreateAsync(Server.Url, "owner");
        Stranger = await Tenant.CreateAsync(Server.Url, "stranger");
        Friend = await Tenant.CreateAsync(Server.Url, "friend");
        SecondProject = await AddProjectAsync(Owner, "archive");
        Share = await MakeShareAsync(Owner, HostileName);
        Fill(Share);
        Backup = await BackUpAsync(Owner, Share, HostileName);
        Operation = await OperationOfAsync(Owner, Backup);
        Schedule = await ScheduleAsync(Owner, Share, HostileName);
        Volume = await Volumes(Owner).CreateAsync(1, HostileName);
        VolumeBackup = await Volumes(Owner).BackUpAsync(Volume);
        await ScheduleAsync(
            Owner,
            new
            {
                volume_id = Volume.Id,
                name = HostileName,
                cron = "30 2 1 1 *",
            }
        );
        await VerifyAsync(Owner);
        await AddTroubleAsync();
        await AddSharingsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }
        playwright?.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Makes a share and waits until it can be used.</summary>
    public static async Task<Share> MakeShareAsync(Tenant tenant, string name)
    {
        var share = new
        {
            share_proto = "NFS",
            size = 1,
            name,
        };
        Reply made = (await tenant.Session.PostAsync("/v2/shares", new { share })).Checked();
        string id = made["share"]["id"]!.GetValue<string>();
        await tenant.WaitForShareAsync(id, "available");
        JsonNode places = (await tenant.Session.GetAsync($"/v2/shares/{id}/export_locations"))["export_locations"];
        string path = places[0]!["path"]!.GetValue<string>();
        return new Share(id, path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    public static void Fill(Share share)
    {
        Directory.CreateDirectory(Path.Join(share.Directory, "documents", "old", "older"));
        File.WriteAllText(Path.Join(share.Directory, "documents", "report.txt"), ReportText);
        File.WriteAllText(Path.Join(share.Directory, "documents", "old", "older", "report.txt"), "an older one\n");
        File.WriteAllText(Path.Join(share.Directory, HostileName), "<script>alert(2)</script>");

        RawFiles.Write((RawPath)share.Directory / (byte[])[.. "caf"u8, 0xE9], "a name that is not UTF-8");
    }

    public static async Task<string> BackUpAsync(Tenant tenant, Share share, string? name = null)
    {
        var body = new { share_backup = new { share_id = share.Id, name } };
        Reply made = (await tenant.Session.PostAsync("/v2/share-backups", body)).Checked();
        string id = made["share_backup"]["id"]!.GetValue<string>();
        await tenant.WaitForBackupAsync(id, "available");
        await tenant.WaitForShareAsync(share.Id, "available");
        return id;
    }

    /// <summary>Makes a schedule that is not due while the tests run.</summary>
    public static async Task<string> ScheduleAsync(Tenant tenant, Share share, string name)
    {
        var body = new
        {
            share_id = share.Id,
            name,
            cron = "30 2 1 1 *",
            retention = new { keep_daily = 7 },
        };
        return await ScheduleAsync(tenant, body);
    }

    private static async Task<string> ScheduleAsync(Tenant tenant, object body) =>
        (string)(await tenant.Session.PostAsync("/api/v1/schedules", body)).Checked().Body!["id"]!;

    /// <summary>What the tenant does with volumes.</summary>
    public VolumeTenant Volumes(Tenant tenant) => new(tenant, Path.Join(Server.DataDirectory, "volumes"));

    public static async Task<string> OperationOfAsync(Tenant tenant, string backup) =>
        (await tenant.Session.GetAsync($"/api/v1/operations?backup_id={backup}&kind=create_backup"))["operations"][0]![
            "id"
        ]!.GetValue<string>();

    /// <summary>So that what its repository holds is counted.</summary>
    private async Task VerifyAsync(Tenant tenant)
    {
        (await Administrator.PostAsync($"/api/v1/repositories/{tenant.ProjectId}/verify", new { })).Checked();
        await Eventually.HoldsAsync(
            "the repository to be verified",
            async () =>
                (await tenant.Session.GetAsync("/api/v1/repositories"))["repositories"][0]!["verified_at"] is not null
        );
    }

    /// <summary>A share without a backup, and one whose only backup failed.</summary>
    private async Task AddTroubleAsync()
    {
        await MakeShareAsync(Owner, "never backed up");
        Share failing = await MakeShareAsync(Owner, "failing");
        string failed = await BackUpAsync(Owner, failing, "failed");
        object reset = new { reset_status = new { status = "error" } };
        (await Administrator.PostAsync($"/v2/share-backups/{failed}/action", reset)).Checked();
    }

    private async Task AddSharingsAsync()
    {
        Share theirs = await MakeShareAsync(Friend, "theirs");
        string given = await BackUpAsync(Friend, theirs, "for the owner");
        await ShareAsync(Friend, given, Owner);
        await ShareAsync(Owner, Backup, Friend);
    }

    private static async Task ShareAsync(Tenant from, string backup, Tenant to)
    {
        var asked = new
        {
            backup_id = backup,
            to_project_ids = new[] { to.ProjectId },
            accept = "required",
        };
        (await from.Session.PostAsync("/api/v1/sharings", asked)).Checked();
    }

    private async Task<string> AddProjectAsync(Tenant tenant, string name)
    {
        Reply project = (
            await Administrator.PostAsync("/identity/v3/projects", new { project = new { name } })
        ).Checked();
        string id = project["project"]["id"]!.GetValue<string>();
        string user = (await Administrator.GetAsync($"/identity/v3/users?name={tenant.Name}"))["users"][0]![
            "id"
        ]!.GetValue<string>();
        string role = (await Administrator.GetAsync("/identity/v3/roles?name=member"))["roles"][0]![
            "id"
        ]!.GetValue<string>();
        (await Administrator.PutAsync($"/identity/v3/projects/{id}/users/{user}/roles/{role}")).Checked();
        return id;
    }
}
