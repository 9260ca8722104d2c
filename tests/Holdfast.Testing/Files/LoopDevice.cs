using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Files;

/// <summary>
/// A block device of the kernel's over a file. It takes root and loop devices; where they cannot be had the test fails.
/// </summary>
public sealed class LoopDevice : IAsyncDisposable
{
    // A container's /dev may lack the node of a device that the kernel has; another process may take a free one first.
    private const string Attach = """
        set -eu
        for try in 1 2 3 4 5 6 7 8; do
            device=$(losetup -f)
            [ -b "$device" ] || mknod "$device" b 7 "${device#/dev/loop}"
            if losetup "$device" "$1" 2>/dev/null; then
                echo "$device"
                exit 0
            fi
        done
        exit 1
        """;

    private LoopDevice(string path) => Path = path;

    /// <summary>Beneath <c>/dev</c>.</summary>
    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <param name="file">Its bytes, whose number is a multiple of 512.</param>
    public static async Task<LoopDevice> OverAsync(string file)
    {
        ProcessResult attached = await ChildProcess.RunAsync("bash", ["-c", Attach, "attach", file]);
        return new LoopDevice(attached.Checked("losetup (needs root and loop devices)").Output.Trim());
    }

    public async ValueTask DisposeAsync() => (await ChildProcess.RunAsync("losetup", ["-d", Path])).Checked("losetup");
}
