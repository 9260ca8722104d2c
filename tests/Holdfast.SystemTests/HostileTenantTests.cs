using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>
/// The service walks as root what a tenant controls. Whatever is planted in a share, nothing outside is read or
/// written, and backup and restore end.
/// </summary>
public sealed class HostileTenantTests
{
    // Shares on tmpfs: the one file system at hand where a file can be 8 EiB long.
    private readonly string sharedMemory = "/dev/shm";

    [Fact]
    public async Task NothingOutsideTheShareIsReadOrWritten()
    {
        using var memory = new TemporaryDirectory(sharedMemory);
        string outside = memory.Make("outside");
        RawFiles.Write(Path.Combine(outside, "never-linked"), "a neighbour's secret\n");
        RawFiles.Write(Path.Combine(outside, "linked"), "also a neighbour's\n");
        await using HoldfastServer server = await StartOnAsync(memory);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "hostile");
        Share share = await tenant.CreateShareAsync();
        Plant(share.Directory, outside);

        string backup;
        using (new Swapper(share.Directory, outside))
        {
            backup = await tenant.BackUpAsync(share);
        }
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
        string listed = await restic.RunAsync("ls", "latest");
        Assert.Contains("/planted-directory", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("never-linked", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("/eight-exbibytes", listed, StringComparison.Ordinal);
        string notes = await NotesAsync(server, backup);
        Assert.Contains("/eight-exbibytes", notes, StringComparison.Ordinal);
        Assert.Contains("too deep", notes, StringComparison.Ordinal);

        // The file outside has moved on since; a restore that wrote into the shared inode would put it back.
        RawFiles.Write(Path.Combine(outside, "linked"), "the neighbour's newer words\n");
        RawFiles.Delete(Path.Combine(share.Directory, "inside"));
        RawFiles.Symlink(outside, Path.Combine(share.Directory, "inside"));
        string before = server.Scratch["outside"];
        Copy.Of(outside, before);
        using (new Swapper(share.Directory, outside))
        {
            // Its own tenant may make it fail, but it ends, and stays inside.
            await tenant.StartRestoreAsync(backup);
            await tenant.SettleAsync(share);
        }
        TreeComparer.AssertEqual(before, outside);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(before, outside);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "inside", "file")));
        Assert.Equal("also a neighbour's\n", await File.ReadAllTextAsync(Path.Combine(share.Directory, "hard-link")));
    }

    private static Task<HoldfastServer> StartOnAsync(TemporaryDirectory memory) =>
        HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_SHARE_ROOTS"] = $"local={memory.Make("shares")}" }
        );

    /// <summary>What the backup says that it left out.</summary>
    private static async Task<string> NotesAsync(HoldfastServer server, string backup)
    {
        string catalog = Path.Combine(server.DataDirectory, "catalog/catalog.db");
        string query = $"SELECT notes FROM backups WHERE id = '{backup}'";
        return (await ChildProcess.RunAsync("sqlite3", ["-readonly", catalog, query])).Checked("sqlite3").Output;
    }

    private static void Plant(RawPath share, RawPath outside)
    {
        RawFiles.Symlink(outside / "never-linked", share / "planted-file");
        RawFiles.Symlink(outside, share / "planted-directory");
        RawFiles.Link(outside / "linked", share / "hard-link");
        RawFiles.MakeNode(share / "fifo", FileKind.Fifo);
        RawFiles.MakeDirectory(share / "inside");
        RawFiles.Write(share / "inside" / "file", "mine\n");
        RawFiles.MakeDirectory(share / "swapped");
        RawFiles.Write(share / "swapped" / "file", "mine too\n");
        RawFiles.MakeDirectory(share / "deep");
        RawFiles.MakeDeep(share / "deep", "down", 5000);
        using FileStream huge = RawFiles.Create(share / "eight-exbibytes");
        huge.SetLength(long.MaxValue);
    }

    /// <summary>Until disposed, again and again puts a link to the outside where a directory was, and back.</summary>
    private sealed class Swapper : IDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task swapping;

        public Swapper(RawPath share, RawPath outside) => swapping = Task.Run(() => Swap(share, outside));

        public void Dispose()
        {
            stop.Cancel();
            swapping.Wait();
            stop.Dispose();
        }

        // A restore in between removes what it finds, so any step may find its file gone: then begin again.
        private void Swap(RawPath share, RawPath outside)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    RawFiles.Rename(share / "swapped", share / "swapped-away");
                    RawFiles.Symlink(outside, share / "swapped");
                    RawFiles.Delete(share / "swapped");
                    RawFiles.Rename(share / "swapped-away", share / "swapped");
                }
                catch (IOException) { }
            }
        }
    }
}
