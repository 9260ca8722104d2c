using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>The service is killed between two steps of what it does with a volume, and started again.</summary>
[Trait("e2e", "kills")]
public sealed class VolumeKillTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;

    private LoopDisk disk = null!;
    private HoldfastServer server = null!;
    private Tenant member = null!;
    private VolumeTenant tenant = null!;

    public async ValueTask InitializeAsync()
    {
        disk = await LoopDisk.XfsAsync("4G");
        server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_VOLUME_ROOTS"] = "local=" + disk.Path }
        );
        member = await Tenant.CreateAsync(server.Url, "volumes");
        tenant = new(member, disk.Path);
    }

    public async ValueTask DisposeAsync()
    {
        member?.Dispose();
        await (server?.DisposeAsync() ?? default);
        await (disk?.DisposeAsync() ?? default);
    }

    [Theory]
    // Its image has its name, and no length.
    [InlineData("ftruncate", false, 0)]
    // It is whole.
    [InlineData("fsync", true, 1 << 30)]
    public async Task AVolumeIsMadeByTheNextProcess(string calls, bool root, long length)
    {
        string id = "";
        await DieAsync(
            calls,
            root ? [disk.Path] : [],
            async () =>
            {
                Reply made = await member.Session.PostAsync("/api/v1/volumes", new { size = 1 });
                id = made["id"].GetValue<string>();
            }
        );
        Assert.Equal(length, new FileInfo(disk[id]).Length);
        await StartAgainAsync();

        Assert.Equal("available", await StatusAsync(id));
        Assert.Equal(1 << 30, new FileInfo(disk[id]).Length);
    }

    [Theory]
    // Part of the backup is in it.
    [InlineData("pwrite64", "{id}")]
    // All of it is, and the operation is closing.
    [InlineData("fsync", "{id}")]
    public async Task AVolumeOfABackupIsMadeByTheNextProcess(string calls, string path)
    {
        (SystemVolume volume, string backup) = await BackedUpAsync();

        // The first process makes the image; of the second its path is known.
        await DieAsync(
            "fsync",
            [disk.Path],
            async () =>
                (
                    await member.Session.PostAsync(
                        $"{tenant.Url}/cloudvolumes",
                        new { volume = new { backup_id = backup } }
                    )
                ).Checked()
        );
        string id = Path.GetFileName(
            Directory
                .EnumerateFiles(disk.Path)
                .Single(file => Path.GetFileName(file) != volume.Id && !file.Contains("/.", StringComparison.Ordinal))
        );
        await server.DieAgainAsync(new DeathAt(calls, disk[path.Replace("{id}", id)]));
        await StartAgainAsync();

        Assert.Equal("available", await StatusAsync(id));
        SparseImage.AssertSame(volume.Image, disk[id]);
    }

    [Theory]
    // It is in the trash.
    [InlineData("syncfs", "")]
    // The transaction is closed, and the trash is being emptied.
    [InlineData("unlinkat", "trash")]
    public async Task AVolumeIsRemovedByTheNextProcess(string calls, string path)
    {
        SystemVolume volume = await tenant.CreateAsync(size: 1);

        await DieAsync(
            calls,
            [disk[path].TrimEnd('/')],
            async () => (await member.Session.DeleteAsync($"/api/v1/volumes/{volume.Id}")).Checked()
        );
        Assert.Equal([volume.Id], Mortal.In(disk["trash"]));
        await StartAgainAsync();

        Assert.Null(await StatusAsync(volume.Id));
        await Eventually.HoldsAsync(
            "the trash to be empty",
            () => Task.FromResult(Mortal.In(disk["trash"]).Length == 0)
        );
    }

    [Theory]
    // The image is cloned.
    [InlineData("fsync", "{project}/index", 1, 1)]
    // The snapshot is there, too.
    [InlineData("fsync", "{project}/snapshots", 2, 1)]
    // The transaction is closed; the clone has not its place.
    [InlineData("renameat", "captures", 2, 1)]
    // It has, beside the one of the backup before.
    [InlineData("unlinkat", "kept", 2, 2)]
    public async Task ABackupIsMadeByTheNextProcess(string calls, string path, int snapshots, int kept)
    {
        (SystemVolume volume, string first) = await BackedUpAsync();
        SparseImage.Write(volume.Image, 4 * MiB, 8 * MiB, seed: 2);
        string repository = Path.Join(server.DataDirectory, "store", member.ProjectId);

        await DieAsync(
            calls,
            [calls == "fsync" ? path.Replace("{project}", repository) : disk[path]],
            async () =>
                (
                    await member.Session.PostAsync(
                        $"{tenant.Url}/cloudbackups",
                        new { backup = new { volume_id = volume.Id, name = "nightly" } }
                    )
                ).Checked()
        );
        Assert.Equal(snapshots, Mortal.In(Path.Join(repository, "snapshots")).Length);
        Assert.Equal(kept, Mortal.In(disk["kept"]).Length);
        Assert.Equal(2, kept + Mortal.In(disk["captures"]).Length);
        await StartAgainAsync();

        JsonArray backups = (await member.Session.GetAsync($"{tenant.Url}/backups/detail"))["backups"].AsArray();
        Assert.Equal(2, backups.Count);
        Assert.All(backups, backup => Assert.Equal("available", backup!["status"]!.GetValue<string>()));
        Assert.Equal(2, Mortal.In(Path.Join(repository, "snapshots")).Length);
        string second = backups.Select(backup => backup!["id"]!.GetValue<string>()).Single(id => id != first);
        await AssertRestoresAsync(volume, second);
        await tenant.BackUpAsync(volume);
        await Eventually.HoldsAsync("one clone to be left", () => Task.FromResult(Mortal.In(disk["kept"]).Length == 1));
        using Restic restic = await server.OpenRepositoryAsync(member.ProjectId);
        await restic.CheckAsync();
    }

    /// <summary>In a root without clones.</summary>
    [Fact]
    public async Task ABackupWhoseDigestsWereNotKeptIsMadeAndTheNextReadsEverything()
    {
        await using HoldfastServer plain = await HoldfastServer.StartAsync();
        using Tenant owner = await Tenant.CreateAsync(plain.Url, "plain");
        VolumeTenant own = new(owner, Path.Join(plain.DataDirectory, "volumes"));
        SystemVolume volume = await own.CreateAsync(size: 1);
        SparseImage.Write(volume.Image, 0, 8 * MiB, seed: 1);
        await own.BackUpAsync(volume);
        await Mortal.SettleAsync(owner.Session);
        SparseImage.Write(volume.Image, 4 * MiB, 8 * MiB, seed: 2);
        string digests = Path.Join(plain.DataDirectory, "digests", volume.Id);

        var backup = new { volume_id = volume.Id, name = "nightly" };
        await plain.DieAsync(
            new DeathAt("fsync", digests + ".new"),
            async () => (await owner.Session.PostAsync($"{own.Url}/cloudbackups", new { backup })).Checked()
        );
        Assert.True(File.Exists(digests + ".new"));
        await plain.StartAgainAsync();
        await Mortal.SettleAsync(owner.Session);
        string last = await own.BackUpAsync(volume);

        string original = plain.Scratch["original"];
        File.Copy(volume.Image, original);
        SparseImage.Write(volume.Image, 0, 12 * MiB, seed: 3);
        await own.RestoreAsync(last, volume);
        SparseImage.AssertSame(original, volume.Image);
        JsonArray made = (await owner.Session.GetAsync($"{own.Url}/backups/detail"))["backups"].AsArray();
        Assert.Equal(3, made.Count);
        Assert.All(made, one => Assert.Equal("available", one!["status"]!.GetValue<string>()));
    }

    [Theory]
    // The repository is locked; the operation's row does not say yet that it writes.
    [InlineData("fsync", "locks")]
    // It does, and a part is written.
    [InlineData("pwrite64", null)]
    // All is.
    [InlineData("fsync", null)]
    public async Task ARestoreIsEndedByTheNextProcess(string calls, string? directory)
    {
        (SystemVolume volume, string backup) = await BackedUpAsync();
        string original = server.Scratch["original"];
        File.Copy(volume.Image, original);
        SparseImage.Write(volume.Image, 0, 12 * MiB, seed: 3);
        string path = directory is null
            ? volume.Image
            : Path.Join(server.DataDirectory, "store", member.ProjectId, directory);

        await DieAsync(
            calls,
            [path],
            async () =>
                (
                    await member.Session.PostAsync(
                        $"{tenant.Url}/cloudbackups/{backup}/restore",
                        new { restore = new { volume_id = volume.Id } }
                    )
                ).Checked()
        );
        await StartAgainAsync();

        Assert.Equal("available", await StatusAsync(volume.Id));
        SparseImage.AssertSame(original, volume.Image);
    }

    private Task DieAsync(string calls, string[] paths, Func<Task> begin) =>
        server.DieAsync(new DeathAt(calls, paths), begin);

    private async Task StartAgainAsync()
    {
        await server.StartAgainAsync();
        await Mortal.SettleAsync(member.Session);
    }

    /// <summary>A volume with 8 MiB in it, and a backup of it.</summary>
    private async Task<(SystemVolume Volume, string Backup)> BackedUpAsync()
    {
        SystemVolume volume = await tenant.CreateAsync(size: 1);
        SparseImage.Write(volume.Image, 0, 8 * MiB, seed: 1);
        string backup = await tenant.BackUpAsync(volume);
        await Mortal.SettleAsync(member.Session);
        return (volume, backup);
    }

    private async Task AssertRestoresAsync(SystemVolume volume, string backup)
    {
        string original = server.Scratch["original"];
        File.Copy(volume.Image, original);
        SparseImage.Write(volume.Image, 0, 12 * MiB, seed: 3);
        await tenant.RestoreAsync(backup, volume);
        SparseImage.AssertSame(original, volume.Image);
    }

    private async Task<string?> StatusAsync(string id)
    {
        Reply shown = await member.Session.GetAsync($"/api/v1/volumes/{id}");
        return shown.Status == HttpStatusCode.NotFound ? null : shown["status"].GetValue<string>();
    }
}
