using System.Security.Cryptography;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>The executable on a disk that is full, or under strace, which lets system calls fail as a broken one does.</summary>
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

    /// <summary>A directory's fsync comes after a rename into it, when the object is already to be seen.</summary>
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

        await IsWholeAsync();
    }

    /// <summary>The first that a thread asks for, where the directories are there, is of a file beside its name.</summary>
    [Fact]
    public async Task AFailedFsyncOfAnObjectItselfFailsTheBackup()
    {
        await command.RunAsync("init");
        await command.RunAsync("backup", source);
        RawFiles.Write(Path.Combine(source, "another file"), "what must not be lost either");
        ProcessResult failed = await RunWithFaultAsync("fsync:error=EIO:when=1", "backup", source);
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("Input/output error", failed.Error, StringComparison.Ordinal);
        Assert.Contains("-tmp-", failed.Error, StringComparison.Ordinal);
        await IsWholeAsync();
    }

    /// <summary>As vfat, exFAT and some of FUSE, where a rename to a free name takes its place, or that cannot do this either.</summary>
    [Theory]
    [InlineData("link,linkat:error=EPERM")]
    [InlineData("link,linkat:error=EOPNOTSUPP")]
    [InlineData("link,linkat,renameat2:error=ENOSYS")]
    public async Task ARepositoryIsMadeWhereThereAreNoHardLinks(string fault)
    {
        ProcessResult made = await RunWithFaultAsync(fault, "init");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("(INJECTED)", await File.ReadAllTextAsync(directory["trace"]), StringComparison.Ordinal);
        await IsWholeAsync();
    }

    [Fact]
    public async Task AFullDiskFailsTheBackupAndTheNextOneIsWhole()
    {
        Directory.CreateDirectory(command.Repository);
        await using TemporaryMount disk = await TemporaryMount.OverAsync(command.Repository, "1m");
        await command.RunAsync("init");
        RawFiles.Write(Path.Combine(source, "large"), RandomNumberGenerator.GetBytes(3 << 20));
        ProcessResult failed = await command.TryAsync("backup", source);
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("No space left on device", failed.Error, StringComparison.Ordinal);

        string[] larger = ["-o", "remount,size=64m", command.Repository];
        (await ChildProcess.RunAsync("mount", larger)).Checked("mount -o remount");
        await IsWholeAsync();
    }

    /// <summary>Of the directory of others, such as root's lost+found, or of one that the disk does not give any more.</summary>
    [Theory]
    [InlineData("EACCES", false)]
    [InlineData("EIO", true)]
    public async Task APruneGoesOnWhereItCannotLookForLeftovers(string fault, bool warns)
    {
        await command.RunAsync("init");
        await command.RunAsync("backup", source);
        string lost = Directory.CreateDirectory(Path.Combine(command.Repository, "lost+found")).FullName;
        ProcessResult pruned = await command.RunUnderAsync(
            [
                "strace",
                .. (string[])["-f", "--seccomp-bpf", "-o", directory["trace"]],
                .. (string[])["-P", lost, "-e", "trace=openat", "-e", $"inject=openat:error={fault}"],
            ],
            "prune"
        );
        Assert.Equal(0, pruned.ExitCode);
        Assert.Equal(warns, pruned.Error.Contains("warning: unfinished uploads", StringComparison.Ordinal));
        Assert.Contains("(INJECTED)", await File.ReadAllTextAsync(directory["trace"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pwrite64", "ENOSPC", "No space left on device")]
    [InlineData("pwrite64", "EIO", "Input/output error")]
    [InlineData("syncfs", "EIO", "Input/output error")]
    public async Task AFailedWriteFailsTheRestoreAndTheNextOneCompletesIt(string call, string fault, string said)
    {
        await command.RunAsync("init");
        await command.RunAsync("backup", source);
        string[] restore = ["restore", $"latest:{source}", "--target", directory.Make("target")];
        ProcessResult failed = await RunWithFaultAsync($"{call}:error={fault}", restore);
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains(said, failed.Error, StringComparison.Ordinal);

        await command.RunAsync(restore);
        TreeComparer.AssertEqual(source, directory["target"], new TreeComparison { IgnoreRoot = true });
    }

    private Task<ProcessResult> RunWithFaultAsync(string fault, params string[] arguments) =>
        command.RunUnderAsync(
            [
                "strace",
                .. (string[])["-f", "--seccomp-bpf", "-o", directory["trace"]],
                .. (string[])["-e", $"trace={fault[..fault.IndexOf(':', StringComparison.Ordinal)]}"],
                .. (string[])["-e", $"inject={fault}"],
            ],
            arguments
        );

    /// <summary>The next backup succeeds, restic finds the repository whole, and nothing unfinished lies about.</summary>
    private async Task IsWholeAsync()
    {
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
