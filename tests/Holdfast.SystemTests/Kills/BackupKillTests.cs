using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>The service is killed between two steps of a backup, a restore or a delete of a share's, and started again.</summary>
[Trait("e2e", "kills")]
public sealed class BackupKillTests
{
    [Theory]
    // Packs and the index of them are there.
    [InlineData(false, "index", 1)]
    [InlineData(true, "index", 1)]
    // The snapshot is, too.
    [InlineData(false, "snapshots", 2)]
    [InlineData(true, "snapshots", 2)]
    public async Task ABackupIsMadeByTheNextProcess(bool btrfs, string directory, int snapshots)
    {
        await using Mortal mortal = await Mortal.StartAsync(btrfs);
        await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.WriteAsync("then");

        await mortal.DieAsync(
            "fsync",
            mortal.InRepository(directory),
            () => mortal.Tenant.StartBackupAsync(mortal.Share)
        );
        string[] left = mortal.Snapshots();
        Assert.Equal(snapshots, left.Length);
        Assert.Equal(btrfs ? 1 : 0, mortal.Captures().Length);
        await mortal.StartAgainAsync();

        Assert.Subset(mortal.Snapshots().ToHashSet(), left.ToHashSet());
        await mortal.AssertBackupsAsync("then", "before");
    }

    /// <summary>As a store may that is far away: it has the dead process's last request only after a prune.</summary>
    [Fact]
    public async Task ASnapshotThatTheStoreHasTooLateIsMadeAnew()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        await mortal.Tenant.BackUpAsync(mortal.Share);
        string[] earlier = mortal.Snapshots();
        await mortal.WriteAsync("then");
        await mortal.SettleAsync();
        string[] prune = await mortal.PruneAsync();

        await mortal.DieAsync(
            "fsync",
            mortal.InRepository("snapshots"),
            () => mortal.Tenant.StartBackupAsync(mortal.Share)
        );
        string late = mortal.InRepository($"snapshots/{mortal.Snapshots().Except(earlier).Single()}");
        string underWay = mortal.Server.Scratch["late"];
        File.Move(late, underWay);
        using Restic restic = await mortal.Server.OpenRepositoryAsync(mortal.Tenant.ProjectId);
        await restic.RunAsync("unlock");
        await mortal.Server.RunAsync(prune);
        File.Move(underWay, late);
        await mortal.StartAgainAsync();

        Assert.False(File.Exists(late));
        await mortal.AssertBackupsAsync("then", "before");
    }

    /// <summary>One is kept for a backup with more than 20,000 entries.</summary>
    [Fact]
    public async Task ABackupWhoseNamesWereNotKeptIsMadeByTheNextProcess()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        foreach (int number in Enumerable.Range(0, 20_001))
        {
            await File.WriteAllBytesAsync(Path.Join(mortal.Share.Directory, $"empty{number}"), []);
        }

        await mortal.DieAsync(
            "fsync",
            mortal.InRepository("names"),
            () => mortal.Tenant.StartBackupAsync(mortal.Share)
        );
        Assert.Single(mortal.Snapshots());
        await mortal.StartAgainAsync();

        Reply found = await mortal.Session.GetAsync($"/api/v1/search?share_id={mortal.Share.Id}&name=empty20000");
        Assert.Single(found["entries"].AsArray());
        await mortal.AssertBackupsAsync("before");
    }

    [Fact]
    public async Task AProjectsFirstBackupIsMadeByWhicheverProcessLives()
    {
        await using Mortal mortal = await Mortal.StartAsync();

        await mortal.DieAsync("fsync", mortal.InStore("keyring"), () => mortal.Tenant.StartBackupAsync(mortal.Share));
        Assert.Single(Mortal.In(mortal.InStore("keyring")));
        await mortal.Server.DieAgainAsync(new DeathAt("fsync", mortal.InRepository("keys")));
        Assert.Single(Mortal.In(mortal.InRepository("keys")));
        Assert.False(File.Exists(mortal.InRepository("config")));
        await mortal.Server.DieAgainAsync(new DeathAt("fsync", mortal.InRepository("")[..^1]));
        Assert.True(File.Exists(mortal.InRepository("config")));
        await mortal.StartAgainAsync();

        Assert.Single(Mortal.In(mortal.InRepository("keys")));
        await mortal.AssertBackupsAsync("before");
    }

    [Theory]
    // Its first file has the bytes of the backup, and not its length.
    [InlineData("ftruncate", "file", "befored, and longer")]
    // Every file is as in the backup.
    [InlineData("syncfs", "", "before")]
    public async Task ARestoreIsEndedByTheNextProcess(string calls, string path, string left)
    {
        await using Mortal mortal = await Mortal.StartAsync();
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.WriteAsync("changed, and longer");

        await mortal.DieAsync(
            calls,
            Path.Join(mortal.Share.Directory, path).TrimEnd('/'),
            () => mortal.Tenant.StartRestoreAsync(backup)
        );
        Assert.StartsWith(left, (await File.ReadAllTextAsync(mortal.File)), StringComparison.Ordinal);
        await mortal.StartAgainAsync();

        Assert.Equal("before", await File.ReadAllTextAsync(mortal.File));
        Assert.Equal("available", await mortal.Tenant.ShareStatusAsync(mortal.Share.Id));
        await mortal.AssertBackupsAsync("before");
    }

    [Theory]
    [InlineData("ftruncate", "file", "befored, and longer")]
    [InlineData("syncfs", "", "before")]
    public async Task ARestoreOfOneFileIsEndedByTheNextProcess(string calls, string path, string left)
    {
        await using Mortal mortal = await Mortal.StartAsync();
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.WriteAsync("changed, and longer");
        string beside = Path.Join(mortal.Share.Directory, "beside");
        await File.WriteAllTextAsync(beside, "new");

        await mortal.DieAsync(
            calls,
            Path.Join(mortal.Share.Directory, path).TrimEnd('/'),
            async () =>
                (
                    await mortal.Session.PostAsync(
                        $"/api/v1/backups/{backup}/restore",
                        new { paths = (string[])["file"] }
                    )
                ).Checked()
        );
        Assert.Equal(left, await File.ReadAllTextAsync(mortal.File));
        await mortal.StartAgainAsync();

        Assert.Equal("before", await File.ReadAllTextAsync(mortal.File));
        Assert.Equal("new", await File.ReadAllTextAsync(beside));
        Assert.Equal("available", await mortal.Tenant.ShareStatusAsync(mortal.Share.Id));
    }

    [Theory]
    // The repository is locked.
    [InlineData("{project}/locks", 2)]
    // The snapshot is gone.
    [InlineData("{project}/snapshots", 1)]
    // The transaction is closed, too, and what the catalog knows written to the store.
    [InlineData("export/{project}", 1)]
    public async Task ADeleteIsEndedByTheNextProcess(string directory, int snapshots)
    {
        await using Mortal mortal = await Mortal.StartAsync();
        RawFiles.Write(Path.Join(mortal.Share.Directory, "large"), Bytes(1));
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        File.Delete(Path.Join(mortal.Share.Directory, "large"));
        await mortal.WriteAsync("then");
        await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.SettleAsync();

        await mortal.DieAsync(
            "fsync",
            mortal.InStore(directory.Replace("{project}", mortal.Tenant.ProjectId)),
            () => mortal.Tenant.StartDeleteAsync(backup)
        );
        Assert.Equal(snapshots, mortal.Snapshots().Length);
        await mortal.StartAgainAsync();
        await mortal.AssertBackupsAsync("then");
        long before = mortal.PackBytes();
        await mortal.Server.RunAsync(await mortal.PruneAsync());

        Assert.True(mortal.PackBytes() < before, "Nothing was given back.");
        await mortal.AssertBackupsAsync("then");
    }

    /// <summary>A recipient restores what the owner deletes, and the process dies, then the next.</summary>
    [Fact]
    public async Task ASharedBackupsSnapshotGoesOnceItsLastRestoreIsEnded()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        using Tenant recipient = await Tenant.CreateAsync(mortal.Server.Url, "recipient");
        Share target = await recipient.CreateShareAsync();
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        string[] to = [recipient.ProjectId];
        (await mortal.Session.PostAsync("/api/v1/sharings", new { backup_id = backup, to_project_ids = to })).Checked();
        await mortal.SettleAsync();

        // The restore stands still before its end; the delete has left the snapshot and gives its lock back.
        DeathAt death = new("unlink") { Held = "syncfs" };
        await mortal.Server.DieAsync(
            death,
            async () =>
            {
                await recipient.StartRestoreAsync(backup, target);
                await Eventually.HoldsAsync(
                    "the restore to be at its end",
                    () => Task.FromResult(File.Exists(Path.Join(target.Directory, "file")))
                );
                await mortal.Tenant.StartDeleteAsync(backup);
            }
        );
        Assert.Single(mortal.Snapshots());
        // The delete is ended, and the restore; the reap that follows it has removed the snapshot.
        await mortal.Server.DieAgainAsync(new DeathAt("fsync", mortal.InRepository("snapshots")));
        Assert.Empty(mortal.Snapshots());
        await mortal.StartAgainAsync();

        Assert.Equal("available", await recipient.ShareStatusAsync(target.Id));
        Assert.Equal("before", await File.ReadAllTextAsync(Path.Join(target.Directory, "file")));
        Reply shown = await mortal.Session.GetAsync($"/v2/share-backups/{backup}");
        Assert.Equal(HttpStatusCode.NotFound, shown.Status);
        await mortal.AssertBackupsAsync();
    }

    [Fact]
    public async Task ASharingThatEndsWhileNoProcessLivesIsOver()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        using Tenant recipient = await Tenant.CreateAsync(mortal.Server.Url, "recipient");
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(3);
        (
            await mortal.Session.PostAsync(
                "/api/v1/sharings",
                new
                {
                    backup_id = backup,
                    to_project_ids = (string[])[recipient.ProjectId],
                    expires_at = end.ToString("o"),
                }
            )
        ).Checked();
        await recipient.ShowBackupAsync(backup);
        await mortal.Server.KillAsync();
        await Eventually.HoldsAsync("the sharing's end", () => Task.FromResult(DateTimeOffset.UtcNow > end));
        await mortal.Server.StartAgainAsync();

        Reply shown = await recipient.Session.GetAsync($"/v2/share-backups/{backup}");
        Assert.Equal(HttpStatusCode.NotFound, shown.Status);
        Assert.Empty((await recipient.Session.GetAsync("/api/v1/sharings?received=true"))["sharings"].AsArray());
    }

    [Theory]
    // The first export of all: its number is taken.
    [InlineData(0, "mkdir", 0)]
    // It is there, and an older one.
    [InlineData(1, "fsync", 2)]
    public async Task AnExportIsWrittenByTheNextProcess(int earlier, string calls, int left)
    {
        await using Mortal mortal = await Mortal.StartAsync();
        for (int number = 0; number < earlier; number++)
        {
            await mortal.Tenant.BackUpAsync(mortal.Share);
        }
        await mortal.SettleAsync();
        string exports = mortal.InStore($"export/{mortal.Tenant.ProjectId}");

        await mortal.DieAsync(calls, exports, () => mortal.Tenant.StartBackupAsync(mortal.Share));
        Assert.Equal(left, Mortal.In(exports).Length);
        await mortal.StartAgainAsync();

        Assert.Single(Mortal.In(exports));
        await mortal.AssertBackupsAsync([.. Enumerable.Repeat("before", earlier + 1)]);
    }

    /// <summary>A prune that a person runs; the service's is the same.</summary>
    [Fact]
    public async Task APruneIsEndedByTheNext()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        List<string> contents = [];
        List<string> backups = [];
        foreach (int number in Enumerable.Range(0, 6))
        {
            RawFiles.Write(Path.Join(mortal.Share.Directory, $"file{number}"), Bytes(number));
            RawFiles.Write(Path.Join(mortal.Share.Directory, $"stays{number}"), Bytes(100 + number));
            contents.Insert(0, $"content {number}");
            await mortal.WriteAsync(contents[0]);
            backups.Insert(0, await mortal.Tenant.BackUpAsync(mortal.Share));
            File.Delete(Path.Join(mortal.Share.Directory, $"file{number}"));
        }
        foreach (int number in (int[])[4, 2, 0])
        {
            await mortal.Tenant.DeleteAsync(backups[number]);
            contents.RemoveAt(number);
        }
        await mortal.SettleAsync();
        string[] prune = await mortal.PruneAsync();
        using Restic restic = await mortal.Server.OpenRepositoryAsync(mortal.Tenant.ProjectId);
        string[] directories = [.. Enumerable.Range(0, 256).Select(number => mortal.InRepository($"data/{number:x2}"))];

        // Each goes on with what the one before has left: a new pack that no index lists; an index object that lists new
        // packs; the old ones beside it; packs that no index lists any more.
        await KillAsync("fsync", directories);
        await KillAsync("fsync", mortal.InRepository("index"));
        await KillAsync("unlink", Files("index"));
        await KillAsync("unlink", Files("data"));
        await mortal.Server.RunAsync(prune);

        await mortal.AssertBackupsAsync([.. contents]);
        string left = await restic.RunAsync("prune", "--dry-run", "-vv", "--max-unused", "0");
        Assert.Matches(@"unused:\s+0 blobs / 0 B", left);
        Assert.Matches(@"to delete:\s+0 blobs / 0 B", left);

        // The lock of a person's prune is a person's to remove.
        async Task KillAsync(string calls, params string[] paths)
        {
            await mortal.Server.KillVerbAsync(new DeathAt(calls, paths), prune);
            await restic.RunAsync("unlock");
        }

        string[] Files(string directory) =>
            Directory.GetFiles(mortal.InRepository(directory), "*", SearchOption.AllDirectories);
    }

    private static ReadOnlySpan<byte> Bytes(int seed)
    {
        byte[] bytes = new byte[300_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
