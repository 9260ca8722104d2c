using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Files;

/// <summary>A small file system in memory over a directory, until disposed. Needs root.</summary>
public sealed class TemporaryMount : IAsyncDisposable
{
    private readonly string directory;

    private TemporaryMount(string directory) => this.directory = directory;

    /// <param name="size">As mount(8) takes it: <c>64k</c>.</param>
    public static async Task<TemporaryMount> OverAsync(string directory, string size)
    {
        (await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=" + size, "none", directory])).Checked(
            "mount"
        );
        return new TemporaryMount(directory);
    }

    public async ValueTask DisposeAsync() => (await ChildProcess.RunAsync("umount", [directory])).Checked("umount");
}
