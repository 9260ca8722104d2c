using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>A project with one member, and what that member does: shares, backups, restores.</summary>
public sealed class Tenant(OpenStackSession session, string name, string password) : IDisposable
{
    private static readonly string[] TransientStates =
    [
        "creating",
        "deleting",
        "restoring",
        "backup_creating",
        "backup_restoring",
    ];

    public string Name => name;

    public string Password => password;

    public string ProjectId => session.ProjectId;

    public OpenStackSession Session => session;

    /// <summary>Makes a project and a user of one name, gives the user the role member in it, and signs in.</summary>
    public static async Task<Tenant> CreateAsync(Uri service, string name)
    {
        using var admin = await OpenStackSession.SignInAsync(service, "admin", HoldfastServer.AdminPassword, "admin");
        string project = Id(await admin.PostAsync("/identity/v3/projects", new { project = new { name } }), "project");
        return await JoinAsync(service, admin, project, name);
    }

    /// <summary>The same for a project of that name that is there, and whose users were lost.</summary>
    public static async Task<Tenant> JoinAsync(Uri service, string project, string name)
    {
        using var admin = await OpenStackSession.SignInAsync(service, "admin", HoldfastServer.AdminPassword, "admin");
        return await JoinAsync(service, admin, project, name);
    }

    private static async Task<Tenant> JoinAsync(Uri service, OpenStackSession admin, string project, string name)
    {
        const string password = "tenant's secret";
        var user = new { name, password };
        string userId = Id(await admin.PostAsync("/identity/v3/users", new { user }), "user");
        JsonNode roles = (await admin.GetAsync("/identity/v3/roles?name=member"))["roles"];
        string role = roles[0]!["id"]!.GetValue<string>();
        (await admin.PutAsync($"/identity/v3/projects/{project}/users/{userId}/roles/{role}")).Checked();
        return new Tenant(await OpenStackSession.SignInAsync(service, name, password, name), name, password);
    }

    /// <summary>The same tenant, with the same token, at another node.</summary>
    public Tenant At(HoldfastServer node) => new(session.At(node), name, password);

    /// <summary>Makes a share and waits until it can be used.</summary>
    public async Task<Share> CreateShareAsync()
    {
        var share = new
        {
            share_proto = "NFS",
            size = 1,
            name = "a share",
        };
        string id = Id(await session.PostAsync("/v2/shares", new { share }), "share");
        await WaitForShareAsync(id, "available");
        JsonNode locations = (await session.GetAsync($"/v2/shares/{id}/export_locations"))["export_locations"];
        string path = locations[0]!["path"]!.GetValue<string>();
        return new Share(id, path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    /// <summary>Has an administrator adopt a directory beneath a share root as a share of the project.</summary>
    public async Task<Share> AdoptAsync(Uri service, string directory)
    {
        using var admin = await OpenStackSession.SignInAsync(service, "admin", HoldfastServer.AdminPassword, "admin");
        var share = new
        {
            protocol = "NFS",
            export_path = directory,
            driver_options = new { size = "1", project_id = ProjectId },
        };
        return new Share(Id(await admin.PostAsync("/v2/shares/manage", new { share }), "share"), directory);
    }

    /// <summary>Waits until what only the catalog knows of the project is in a local store, too.</summary>
    public Task WaitForExportAsync(HoldfastServer server)
    {
        string exports = Path.Join(server.DataDirectory, "store", "export", ProjectId);
        return Eventually.HoldsAsync(
            "the export to be written",
            // One that is being written has another name yet.
            () =>
                Task.FromResult(
                    Directory.Exists(exports)
                        && Directory.EnumerateFiles(exports).Any(file => Path.GetFileName(file).All(char.IsAsciiDigit))
                )
        );
    }

    /// <returns>The backup's id; it is being made.</returns>
    public async Task<string> StartBackupAsync(Share share) =>
        Id(
            await session.PostAsync("/v2/share-backups", new { share_backup = new { share_id = share.Id } }),
            "share_backup"
        );

    /// <returns>The id of a finished backup.</returns>
    public async Task<string> BackUpAsync(Share share)
    {
        string id = await StartBackupAsync(share);
        await WaitForBackupAsync(id, "available");
        await WaitForShareAsync(share.Id, "available");
        return id;
    }

    /// <param name="target">Null restores into the share that the backup is of.</param>
    public async Task StartRestoreAsync(string backup, Share? target = null)
    {
        string body = target is null ? """{"restore":null}""" : $$"""{"restore":"{{target.Id}}"}""";
        (await session.PostAsync($"/v2/share-backups/{backup}/action", body)).Checked();
    }

    public async Task RestoreAsync(string backup, Share target)
    {
        await StartRestoreAsync(backup, target);
        await WaitForBackupAsync(backup, "available");
        await WaitForShareAsync(target.Id, "available");
    }

    public async Task StartDeleteAsync(string backup) =>
        (await session.DeleteAsync($"/v2/share-backups/{backup}")).Checked();

    public async Task DeleteAsync(string backup)
    {
        await StartDeleteAsync(backup);
        await Eventually.HoldsAsync(
            $"backup {backup} to be gone",
            async () => (await session.GetAsync($"/v2/share-backups/{backup}")).Status == HttpStatusCode.NotFound
        );
    }

    public async Task<JsonNode> ShowBackupAsync(string id) =>
        (await session.GetAsync($"/v2/share-backups/{id}"))["share_backup"];

    /// <summary>Every backup of the project, id to status.</summary>
    public async Task<Dictionary<string, string>> BackupStatesAsync()
    {
        JsonNode backups = (await session.GetAsync("/v2/share-backups/detail"))["share_backups"];
        return backups.AsArray().ToDictionary(row => row!["id"]!.GetValue<string>(), row => Status(row!));
    }

    public async Task<string> ShareStatusAsync(string id) =>
        Status((await session.GetAsync($"/v2/shares/{id}"))["share"]);

    /// <summary>Waits until neither the share nor any backup of the project is on its way from one state to another.</summary>
    public async Task SettleAsync(Share share)
    {
        try
        {
            await Eventually.HoldsAsync(
                "all to settle",
                async () => !(await StatesAsync(share)).Any(TransientStates.Contains),
                TimeSpan.FromMinutes(2)
            );
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} States: {string.Join(' ', await StatesAsync(share))}.", late);
        }
    }

    private async Task<string[]> StatesAsync(Share share) =>
        [await ShareStatusAsync(share.Id), .. (await BackupStatesAsync()).Values];

    public void Dispose() => session.Dispose();

    public Task WaitForShareAsync(string id, string wanted) =>
        WaitAsync($"share {id}", wanted, async () => (await session.GetAsync($"/v2/shares/{id}"))["share"]);

    public Task WaitForBackupAsync(string id, string wanted) =>
        WaitAsync($"backup {id}", wanted, () => ShowBackupAsync(id));

    // An error state does not pass by itself: waiting ends at once, with the object as it stands.
    private static Task WaitAsync(string what, string wanted, Func<Task<JsonNode>> ask) =>
        Eventually.HoldsAsync(
            $"{what} to be {wanted}",
            async () =>
            {
                JsonNode now = await ask();
                string status = Status(now);
                return status.Contains("error", StringComparison.Ordinal)
                    ? throw new InvalidOperationException($"{what}: {now.ToJsonString()}")
                    : status == wanted;
            },
            TimeSpan.FromMinutes(10)
        );

    private static string Status(JsonNode row) => row["status"]!.GetValue<string>();

    private static string Id(Reply reply, string name) => reply[name]["id"]!.GetValue<string>();
}

/// <summary>A share and the directory of its files on this machine.</summary>
public sealed record Share(string Id, string Directory);
