using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Volumes, end to end by VBS's calls: what was backed up comes back, to its owner and to whom it was given.</summary>
public sealed class VolumeBackupTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task AVolumeComesBackByResticAndAsTheVolumeOfAnotherProject()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        string root = Path.Combine(server.DataDirectory, "volumes");
        using Tenant owning = await Tenant.CreateAsync(server.Url, "owner");
        using Tenant receiving = await Tenant.CreateAsync(server.Url, "recipient");
        using Tenant third = await Tenant.CreateAsync(server.Url, "third");
        VolumeTenant owner = new(owning, root);
        VolumeTenant recipient = new(receiving, root);
        SystemVolume volume = await owner.CreateAsync(size: 1);
        SparseImage.Write(volume.Image, 3 * MiB, 20 * MiB, seed: 1);
        SparseImage.Write(volume.Image, (1 << 30) - 5000, 5000, seed: 2);
        string backup = await owner.BackUpAsync(volume);

        using (Restic restic = await server.OpenRepositoryAsync(owner.ProjectId))
        {
            await restic.CheckAsync();
            await restic.RestoreAsync("latest", server.Scratch["restored"]);
            SparseImage.AssertSame(volume.Image, Path.Combine(server.Scratch["restored"], volume.Id, "volume.raw"));
        }

        Reply shared = await owner.Session.PostAsync(
            $"{owner.Url}/os-vendor-backup-sharing",
            new { shared = new { backup_id = backup, to_project_ids = new[] { recipient.ProjectId } } }
        );
        string sharing = shared["shared"][0]!["id"]!.GetValue<string>();
        JsonNode before = await owner.ShowAsync(backup);
        SystemVolume made = await recipient.CreateFromAsync(backup);
        SparseImage.AssertSame(volume.Image, made.Image);
        SparseImage.AssertNoMoreBlocks(volume.Image, made.Image);
        Assert.Equal(before.ToJsonString(), (await owner.ShowAsync(backup)).ToJsonString());

        // In place, over what has changed since.
        string original = server.Scratch["original"];
        File.Copy(made.Image, original);
        SparseImage.Write(volume.Image, 0, 30 * MiB, seed: 3);
        await owner.RestoreAsync(backup, volume);
        SparseImage.AssertSame(original, volume.Image);

        string[] paths = [$"backups/{backup}", $"os-vendor-backup-sharing/{sharing}"];
        foreach (string path in paths)
        {
            Reply reply = await third.Session.GetAsync($"/v2/{third.ProjectId}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        }
        foreach (string id in (string[])[volume.Id, made.Id])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await third.Session.GetAsync($"/api/v1/volumes/{id}")).Status);
        }
    }

    [Theory]
    [Trait("e2e", "volumes")]
    [InlineData("ext4", "live")]
    [InlineData("xfs", "snapshot")]
    public async Task AHundredthChangedTakesATenthOfTheProcessorTime(string kind, string capture)
    {
        const long size = 10L << 30;
        await using LoopDisk? disk = kind == "xfs" ? await LoopDisk.XfsAsync("40G") : null;
        using TemporaryDirectory plain = new();
        string root = disk?.Path ?? plain.Path;
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_VOLUME_ROOTS"] = "local=" + root }
        );
        using Tenant member = await Tenant.CreateAsync(server.Url, "volumes");
        VolumeTenant tenant = new(member, root);
        // What a program does once, such as compiling its code, is no backup's.
        SystemVolume small = await tenant.CreateAsync(size: 1);
        SparseImage.Write(small.Image, 0, 64 * MiB, seed: 1);
        await tenant.BackUpAsync(small);

        SystemVolume volume = await tenant.CreateAsync(size: 10);
        for (int part = 0; part < 160; part++)
        {
            // Half of it data, the rest holes between.
            SparseImage.Write(volume.Image, size / 160 * part, 32 * MiB, seed: part);
        }
        TimeSpan first = await CpuOfAsync(server, () => tenant.BackUpAsync(volume));
        for (int part = 0; part < 25; part++)
        {
            SparseImage.Write(volume.Image, (size / 25 * part) + (5 * MiB), 4 * MiB, seed: 1000 + part);
        }
        string backup = "";
        TimeSpan second = await CpuOfAsync(server, async () => backup = await tenant.BackUpAsync(volume));
        TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {first} for the first, {second} for the second");

        JsonNode shown = await tenant.ShowAsync(backup);
        Assert.True(shown["is_incremental"]!.GetValue<bool>());
        JsonNode metadata = JsonNode.Parse(shown["service_metadata"]!.GetValue<string>())!;
        Assert.Equal(capture, metadata["capture"]!.GetValue<string>());
        SystemVolume made = await tenant.CreateFromAsync(backup);
        SparseImage.AssertSame(volume.Image, made.Image);
        SparseImage.AssertNoMoreBlocks(volume.Image, made.Image);
        Assert.True(second <= first / 10, $"{first} for the first, {second} for the second");
    }

    [Fact]
    [Trait("e2e", "volumes")]
    public async Task AServiceThatDiesBeforeItKeepsACloneHasMadeTheBackup()
    {
        await using LoopDisk disk = await LoopDisk.XfsAsync("4G");
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_VOLUME_ROOTS"] = "local=" + disk.Path }
        );
        using Tenant member = await Tenant.CreateAsync(server.Url, "volumes");
        VolumeTenant tenant = new(member, disk.Path);
        SystemVolume volume = await tenant.CreateAsync(size: 1);
        SparseImage.Write(volume.Image, 0, 8 * MiB, seed: 1);
        string first = await tenant.BackUpAsync(volume);
        SparseImage.Write(volume.Image, 4 * MiB, 8 * MiB, seed: 2);
        string original = server.Scratch["original"];
        File.Copy(volume.Image, original);

        DeathAt death = new("renameat,renameat2", disk["kept"]);
        await using (ChildProcess watching = await death.AwaitAsync(server.Scratch["trace"], server.ProcessId))
        {
            var backup = new { volume_id = volume.Id, name = "nightly" };
            (await tenant.Session.PostAsync($"{tenant.Url}/cloudbackups", new { backup })).Checked();
            await watching.WaitForExitAsync();
        }
        Assert.True(server.HasExited);
        await server.StartAgainAsync();
        JsonArray backups = (await tenant.Session.GetAsync($"{tenant.Url}/backups/detail"))["backups"].AsArray();
        JsonNode made = Assert.Single(backups, one => one!["id"]!.GetValue<string>() != first)!;
        Assert.Equal("available", made["status"]!.GetValue<string>());
        Assert.Single(Directory.EnumerateFileSystemEntries(disk["captures"]));
        SparseImage.Write(volume.Image, 0, 12 * MiB, seed: 3);
        await tenant.BackUpAsync(volume);
        await tenant.RestoreAsync(made["id"]!.GetValue<string>(), volume);
        SparseImage.AssertSame(original, volume.Image);
    }

    private static async Task<TimeSpan> CpuOfAsync(HoldfastServer server, Func<Task> work)
    {
        TimeSpan before = CpuTime(server.ProcessId);
        await work();
        return CpuTime(server.ProcessId) - before;
    }

    /// <summary>proc(5): utime and stime, in hundredths of a second, are the 14th and 15th.</summary>
    private static TimeSpan CpuTime(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] behindName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks =
            long.Parse(behindName[11], CultureInfo.InvariantCulture)
            + long.Parse(behindName[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromMilliseconds(10 * ticks);
    }
}
