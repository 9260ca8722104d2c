using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Files;

/// <summary>A small file system in memory over a directory, until disposed. Needs root.</summary>
public sealed class TemporaryMount : IAsyncDisposable
{
    private readonly string directory;

    private TemporaryMount(string directory) => this.directory = directory;

    /// <param name="size">As mount(8) takes it: <c>64k</c>.</param>
    public static Task<TemporaryMount> OverAsync(string directory, string size) =>
        MountAsync(directory, "-t", "tmpfs", "-o", "size=" + size);

    /// <summary>One that can give nothing back of a file, and knows no holes.</summary>
    public static Task<TemporaryMount> WithoutHolesAsync(string directory) => MountAsync(directory, "-t", "ramfs");

    private static async Task<TemporaryMount> MountAsync(string directory, params string[] options)
    {
        (await ChildProcess.RunAsync("mount", [.. options, "none", directory])).Checked("mount");
        return new TemporaryMount(directory);
    }

    public async ValueTask DisposeAsync() => (await ChildProcess.RunAsync("umount", [directory])).Checked("umount");
}
