using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Fixtures;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task KeepsOutputErrorAndExitCode()
    {
        ProcessResult result = await ChildProcess.RunAsync(
            "sh",
            ["-c", "echo \"$GREETING\"; echo beside >&2; exit 7"],
            new Dictionary<string, string?> { ["GREETING"] = "hello" }
        );
        Assert.Equal(new ProcessResult(7, "hello", "beside"), result);
        var failure = Assert.Throws<InvalidOperationException>(() => result.Checked("the command"));
        Assert.Contains("the command: exit 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("beside", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KillsWithoutAsking()
    {
        await using ChildProcess child = ChildProcess.Start(
            "sh",
            ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
        );
        await Eventually.HoldsAsync("the shell to start", () => Task.FromResult(child.Output == "ready"));
        child.Terminate();
        Assert.False(child.HasExited);
        child.Kill();
        Assert.Equal(128 + 9, (await child.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task WaitingInVainSaysForWhat()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(() =>
            Eventually.HoldsAsync("the impossible", () => Task.FromResult(false), TimeSpan.FromMilliseconds(1))
        );
        Assert.Contains("the impossible", failure.Message, StringComparison.Ordinal);
    }
}
