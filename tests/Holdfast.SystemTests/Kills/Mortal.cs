using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>A service with one project and one share, whose process dies where a test says so and is begun again.</summary>
internal sealed class Mortal : IAsyncDisposable
{
    private readonly LoopDisk? disk;

    private Mortal(HoldfastServer server, Tenant tenant, Share share, string root, LoopDisk? disk) =>
        (Server, Tenant, Share, Root, this.disk) = (server, tenant, share, root, disk);

    public HoldfastServer Server { get; }

    public Tenant Tenant { get; }

    public OpenStackSession Session => Tenant.Session;

    /// <summary>With a file <see cref="File"/> in it that says <c>before</c>.</summary>
    public Share Share { get; }

    public string File => Path.Join(Share.Directory, "file");

    /// <summary>The share root.</summary>
    public string Root { get; }

    /// <param name="btrfs">Whether shares are subvolumes.</param>
    public static async Task<Mortal> StartAsync(bool btrfs = false)
    {
        LoopDisk? own = btrfs ? await LoopDisk.BtrfsAsync() : null;
        Dictionary<string, string?> settings = [];
        if (own is not null)
        {
            settings["HOLDFAST_SHARE_ROOTS"] = "local=" + own.Path;
        }
        HoldfastServer server = await HoldfastServer.StartAsync(settings);
        Tenant tenant = await Tenant.CreateAsync(server.Url, "mortal");
        Share share = await tenant.CreateShareAsync();
        Mortal mortal = new(server, tenant, share, own?.Path ?? Path.Join(server.DataDirectory, "shares"), own);
        await mortal.WriteAsync("before");
        return mortal;
    }

    public Task WriteAsync(string content) => System.IO.File.WriteAllTextAsync(File, content);

    /// <summary>A path in the store.</summary>
    public string InStore(string path) => Path.Join(Server.DataDirectory, "store", path);

    /// <summary>A path in the project's repository.</summary>
    public string InRepository(string path) => InStore($"{Tenant.ProjectId}/{path}");

    /// <summary>Names of what is in a directory, none where there is none.</summary>
    public static string[] In(string directory) =>
        Directory.Exists(directory)
            ? [.. Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName)!]
            : [];

    public string[] Snapshots() => In(InRepository("snapshots"));

    public string[] Captures() => In(Path.Join(Root, "captures"));

    /// <summary>Of the repository's packs.</summary>
    public long PackBytes() =>
        new DirectoryInfo(InRepository("data"))
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(pack => pack.Length);

    /// <summary>The process comes to the call at which it dies, while it does what is begun.</summary>
    public Task DieAsync(string calls, string path, Func<Task> begin) => DieAsync(calls, [path], begin);

    /// <inheritdoc cref="DieAsync(string, string, Func{Task})"/>
    public Task DieAsync(string calls, string[] paths, Func<Task> begin) =>
        Server.DieAsync(new DeathAt(calls, paths), begin);

    /// <summary>The arguments of a prune that a person runs beside the service, and which leaves nothing that is not needed.</summary>
    public async Task<string[]> PruneAsync()
    {
        string password = Server.Scratch["password"];
        await System.IO.File.WriteAllTextAsync(
            password,
            await Server.RunAsync("key", "export", "--project", Tenant.ProjectId)
        );
        return ["repo", "prune", "-r", InRepository(""), "-p", password, "--max-unused", "0"];
    }

    /// <summary>It is started, and all that the project has asked for is done and has succeeded.</summary>
    public async Task StartAgainAsync()
    {
        await Server.StartAgainAsync();
        await SettleAsync();
    }

    public Task SettleAsync() => SettleAsync(Session);

    /// <summary>Waits until no operation of the project is queued or running.</summary>
    public static Task SettleAsync(OpenStackSession session) =>
        Eventually.HoldsAsync(
            "all to be done",
            async () => !(await AnyAsync(session, "queued") || await AnyAsync(session, "running")),
            TimeSpan.FromMinutes(2)
        );

    /// <summary>Nothing has failed, there are that many backups, each is restored as it was, and restic finds no fault.</summary>
    /// <param name="contents">Of the file, the last backup's first.</param>
    public async Task AssertBackupsAsync(params string[] contents)
    {
        Assert.False(await AnyAsync(Session, "failed"));
        JsonArray backups = (await Session.GetAsync("/v2/share-backups/detail"))["share_backups"].AsArray();
        Assert.Equal(contents.Length, backups.Count);
        Assert.Equal(contents.Length, Snapshots().Length);
        foreach ((JsonNode? backup, string content) in backups.Zip(contents))
        {
            Assert.Equal("available", backup!["status"]!.GetValue<string>());
            await WriteAsync("anything else");
            await Tenant.RestoreAsync(backup["id"]!.GetValue<string>(), Share);
            Assert.Equal(content, await System.IO.File.ReadAllTextAsync(File));
        }
        Assert.Empty(Captures());
        using Restic restic = await Server.OpenRepositoryAsync(Tenant.ProjectId);
        (await restic.TryRunAsync("check", "--read-data", "--retry-lock", "1m")).Checked("restic check");
    }

    public async ValueTask DisposeAsync()
    {
        Tenant.Dispose();
        await Server.DisposeAsync();
        if (disk is not null)
        {
            await disk.DisposeAsync();
        }
    }

    private static async Task<bool> AnyAsync(OpenStackSession session, string status) =>
        (await session.GetAsync($"/api/v1/operations?status={status}"))["operations"].AsArray().Count > 0;
}
