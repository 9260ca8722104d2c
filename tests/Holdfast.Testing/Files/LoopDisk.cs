using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Files;

/// <summary>
/// A file system of its own in a file: a real one of the kernel's, through a loop device. It takes root, and the
/// distribution's tools to make it; where it cannot be had the test fails, as what it would show is not shown.
/// </summary>
public sealed class LoopDisk : IAsyncDisposable
{
    // A container's /dev may lack the node of a device that the kernel has.
    private const string Attach = """
        set -eu
        truncate -s "$2" "$1"
        mkfs."$3" -q "$1"
        for try in 1 2 3 4 5 6 7 8; do
            device=$(losetup -f)
            [ -b "$device" ] || mknod "$device" b 7 "${device#/dev/loop}"
            if losetup "$device" "$1"; then
                mkdir "$4"
                mount -o noatime "$device" "$4" || { losetup -d "$device"; exit 1; }
                losetup -d "$device"
                exit 0
            fi
        done
        exit 1
        """;

    private readonly TemporaryDirectory directory = new();

    private LoopDisk() { }

    /// <summary>Where it is mounted.</summary>
    public string Path => directory["disk"];

    /// <summary>The path of something on it, made or not.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Snapshots, subvolumes, reflinks.</summary>
    public static Task<LoopDisk> BtrfsAsync() => MountAsync("btrfs", "512M");

    /// <summary>Reflinks.</summary>
    /// <param name="size">As truncate(1) takes it. The file is sparse: it takes what is written.</param>
    public static Task<LoopDisk> XfsAsync(string size = "320M") => MountAsync("xfs", size);

    /// <summary>Neither, and little room.</summary>
    public static Task<LoopDisk> Ext4Async() => MountAsync("ext4", "64M");

    private static async Task<LoopDisk> MountAsync(string kind, string size)
    {
        LoopDisk disk = new();
        try
        {
            (
                await ChildProcess.RunAsync(
                    "bash",
                    ["-c", Attach, "attach", disk.directory["image"], size, kind, disk.Path]
                )
            ).Checked($"mounting a {kind} in a file (needs root, loop devices and {kind}'s tools)");
            return disk;
        }
        catch
        {
            disk.directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The device goes with its mount. Whatever a failed test still holds open must not keep the mount here.
        await ChildProcess.RunAsync("umount", ["--lazy", Path]);
        directory.Dispose();
    }
}
