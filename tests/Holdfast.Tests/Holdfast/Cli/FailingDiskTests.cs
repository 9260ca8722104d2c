using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>
/// The executable under strace, which lets system calls on one directory of the repository fail: its fsync comes after
/// a rename into it, when the object is already to be seen.
/// </summary>
public sealed class FailingDiskTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly RepoCommand command;
    private readonly string source;

    public FailingDiskTests()
    {
        command = new RepoCommand(directory);
        source = directory.Make("source");
        RawFiles.Write(Path.Combine(source, "a file"), "what must not be lost");
    }

    [Theory]
    [InlineData("")]
    [InlineData("locks")]
    [InlineData("data")]
    [InlineData("index")]
    [InlineData("snapshots")]
    public async Task AFailedFsyncFailsTheBackupAndTheNextOneIsWhole(string folder)
    {
        await command.RunAsync("init");
        string path = Path.TrimEndingDirectorySeparator(Path.Combine(command.Repository, folder));
        ProcessResult failed = await command.RunUnderAsync(
            [
                "strace",
                .. (string[])["-f", "--seccomp-bpf", "-o", directory["trace"]],
                .. (string[])["-P", path, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"],
            ],
            "backup",
            source
        );
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("Input/output error", failed.Error, StringComparison.Ordinal);
        Assert.Contains(path, failed.Error, StringComparison.Ordinal);

        await command.RunAsync("backup", source);
        await command.Restic.CheckAsync();
        await command.Restic.RestoreAsync($"latest:{source}", directory["target"]);
        TreeComparer.AssertEqual(source, directory["target"], new TreeComparison { IgnoreRoot = true });
        Assert.DoesNotContain(
            Directory.GetFiles(command.Repository, "*", SearchOption.AllDirectories),
            file => file.Contains("-tmp-", StringComparison.Ordinal)
        );
    }

    public void Dispose()
    {
        command.Restic.Dispose();
        directory.Dispose();
    }
}
