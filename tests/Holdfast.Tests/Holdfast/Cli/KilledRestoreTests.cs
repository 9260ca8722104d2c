using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>The executable under strace, which kills it (SIGKILL) at a system call of a restore. The next one completes it.</summary>
public sealed class KilledRestoreTests : IDisposable
{
    private static readonly TreeComparison Equality = new() { IgnoreRoot = true, IgnoreSockets = true };

    private readonly TemporaryDirectory directory = new();
    private readonly RepoCommand command;

    public KilledRestoreTests() => command = new RepoCommand(directory);

    /// <param name="call">What a restore does not do before it restores, as often in one thread.</param>
    /// <param name="time">At which time that some thread calls it.</param>
    /// <param name="over">Over a share that is nearly right.</param>
    [Theory]
    [InlineData("mkdirat", 2, false)]
    [InlineData("pwrite64", 3, false)]
    [InlineData("utimensat", 4, false)]
    [InlineData("linkat", 1, false)]
    [InlineData("pwrite64", 2, true)]
    [InlineData("fchmod", 2, true)]
    [InlineData("unlinkat", 2, true)]
    [InlineData("syncfs", 1, true)]
    public async Task TheNextRestoreCompletesIt(string call, int time, bool over)
    {
        string source = directory.Make("source");
        string target = directory.Make("target");
        NastyTree.Build(source);
        await command.RunAsync("init");
        await command.RunAsync("backup", source);
        string[] restore = ["restore", $"latest:{source}", "--target", target, "--delete"];
        if (over)
        {
            await command.RunAsync(restore);
            Changes.Apply(target, seed: time);
        }
        ProcessResult killed = await command.RunUnderAsync(
            [
                "strace",
                .. (string[])["-f", "-o", directory["trace"]],
                .. (string[])["-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={time}"],
            ],
            restore
        );
        Assert.Contains("killed by SIGKILL", await File.ReadAllTextAsync(directory["trace"]), StringComparison.Ordinal);
        Assert.NotEqual(0, killed.ExitCode);

        await command.RunAsync(restore);
        TreeComparer.AssertEqual(source, target, Equality);
    }

    public void Dispose()
    {
        command.Restic.Dispose();
        directory.Dispose();
    }
}
