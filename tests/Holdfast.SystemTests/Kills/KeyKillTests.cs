using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary><c>holdfast key</c> is killed between two of its steps, and run again.</summary>
[Trait("e2e", "kills")]
public sealed class KeyKillTests
{
    /// <summary>Where <c>rotate-master</c> dies: calls, a path beneath the data directory, projects, and whether a node starts then.</summary>
    public static TheoryData<string, string, int, bool> Steps { get; } =
        new()
        {
            // The new key has its file; the opening transaction is not begun.
            { "pwrite64", "catalog/catalog.db-wal", 1, true },
            // The first of several passwords is wrapped anew.
            { "fsync", "store/keyring", 3, false },
            // The only one is; the closing transaction is not begun.
            { "fsync", "store/keyring", 1, false },
            // The closing transaction is committed.
            { "link", "keys/master.key", 1, false },
            // The former key has its second name.
            { "rename", "keys/master.key.new", 1, false },
        };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task TheNextChangeOfTheMasterKeyEndsOneThatWasKilled(
        string calls,
        string path,
        int projects,
        bool starts
    )
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        string file = Path.Join(share.Directory, "file");
        RawFiles.Write(file, "before\n");
        string backup = await tenant.BackUpAsync(share);
        for (int number = 1; number < projects; number++)
        {
            using Tenant other = await Tenant.CreateAsync(server.Url, $"other{number}");
            await other.BackUpAsync(await other.CreateShareAsync());
        }
        await server.StopAsync();
        string masterKey = Path.Join(server.DataDirectory, "keys", "master.key");
        string key = await File.ReadAllTextAsync(masterKey);

        await server.KillVerbAsync(new DeathAt(calls, Path.Join(server.DataDirectory, path)), "key", "rotate-master");
        if (starts)
        {
            await server.StartAgainAsync();
            await server.StopAsync();
        }
        else
        {
            await Assert.ThrowsAsync<InvalidOperationException>(server.StartAgainAsync);
        }
        await server.RunAsync("key", "rotate-master");

        Assert.NotEqual(key, await File.ReadAllTextAsync(masterKey));
        Assert.False(File.Exists(masterKey + ".new"));
        await server.StartAgainAsync();
        RawFiles.Write(file, "after\n");
        await tenant.RestoreAsync(backup, share);
        Assert.Equal("before\n", await File.ReadAllTextAsync(file));
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
    }

    /// <summary>Each ends what the one before has begun, once that one's five minutes are over.</summary>
    [Fact]
    public async Task TheNextChangeOrDestructionOfAKeyEndsOneThatWasKilled()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        List<KilledVerb> killed = [];
        // Not in the keyring yet; in the keyring, and the former is still good; the former is removed.
        killed.Add(await BeginAsync("rotate", "fsync", "{project}/keys"));
        killed.Add(await BeginAsync("rotate", "unlink", "{project}/keys/{key}"));
        killed.Add(await BeginAsync("rotate", "unlink", "{project}/keys/{key}", past: true));
        // Said in the catalog; out of the keyring; the exports are gone; the repository is.
        killed.Add(await BeginAsync("destroy", "unlink", "keyring/{project}"));
        killed.Add(await BeginAsync("destroy", "unlink", "export/{project}/{export}"));
        killed.Add(await BeginAsync("destroy", "unlink", "{project}/config"));
        killed.Add(await BeginAsync("destroy", "fsync", "{project}"));
        await server.StopAsync();
        string store = Path.Join(server.DataDirectory, "store");
        foreach (KilledVerb verb in killed)
        {
            string project = verb.Tenant.ProjectId;
            string path = verb
                .Path.Replace("{project}", project)
                .Replace("{key}", NameOfOne($"{store}/{project}/keys"))
                .Replace("{export}", NameOfOne($"{store}/export/{project}"));
            path = Path.Join(store, path);
            DeathAt death = new(verb.Calls, path);
            await (
                verb.Past
                    ? server.KillVerbAfterAsync(death, () => !File.Exists(path), verb.Arguments)
                    : server.KillVerbAsync(death, verb.Arguments)
            );
        }
        await server.StartAgainAsync();
        foreach (KilledVerb verb in killed.Where(verb => verb.Destroys))
        {
            Assert.Equal("error", (await verb.Tenant.ShowBackupAsync(verb.Backup))["status"]!.GetValue<string>());
        }
        foreach (KilledVerb verb in killed)
        {
            await Eventually.HoldsAsync(
                "what was killed to be over",
                async () =>
                {
                    ProcessResult result = await server.TryRunAsync(verb.Arguments);
                    string[] waits = ["in five minutes", "is at work"];
                    Assert.True(result.ExitCode == 0 || waits.Any(result.Error.Contains), result.Error);
                    return result.ExitCode == 0;
                },
                deadline: TimeSpan.FromMinutes(6),
                pause: TimeSpan.FromSeconds(5)
            );
        }
        foreach (KilledVerb verb in killed)
        {
            string file = Path.Join(verb.Share.Directory, "file");
            string backup = verb.Destroys ? await verb.Tenant.BackUpAsync(verb.Share) : verb.Backup;
            RawFiles.Write(file, "after\n");
            await verb.Tenant.RestoreAsync(backup, verb.Share);
            Assert.Equal("before\n", await File.ReadAllTextAsync(file));
            // One that was made and whose password died with the verb stays.
            int keys = verb == killed[0] ? 2 : 1;
            Assert.Equal(keys, Directory.EnumerateFiles($"{store}/{verb.Tenant.ProjectId}/keys").Count());
            using Restic restic = await server.OpenRepositoryAsync(verb.Tenant.ProjectId);
            await restic.CheckAsync();
            verb.Tenant.Dispose();
        }

        async Task<KilledVerb> BeginAsync(string verb, string calls, string path, bool past = false)
        {
            Tenant tenant = await Tenant.CreateAsync(server.Url, $"tenant{killed.Count}");
            Share share = await tenant.CreateShareAsync();
            RawFiles.Write(Path.Join(share.Directory, "file"), "before\n");
            string backup = await tenant.BackUpAsync(share);
            await tenant.WaitForExportAsync(server);
            return new KilledVerb(verb, calls, path, past, tenant, share, backup);
        }
    }

    private static string NameOfOne(string directory) => Path.GetFileName(Directory.EnumerateFiles(directory).First());

    private sealed record KilledVerb(
        string Verb,
        string Calls,
        string Path,
        bool Past,
        Tenant Tenant,
        Share Share,
        string Backup
    )
    {
        public bool Destroys => Verb == "destroy";

        public string[] Arguments =>
            ["key", Verb, "--project", Tenant.ProjectId, .. Destroys ? (string[])["--yes"] : []];
    }
}
