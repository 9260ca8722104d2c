using Xunit;

namespace Holdfast.Testing.Processes;

/// <summary>
/// The call at which a program dies: strace sends it SIGKILL as it enters the first of those system calls, or the first
/// that has to do with the path.
/// </summary>
/// <param name="Calls">Names of system calls, with commas between.</param>
/// <param name="Path">
/// Whole, and as the kernel has it; null for any. It must be the call's first argument, or the path of an open file that is.
/// </param>
public sealed record DeathAt(string Calls, string? Path = null)
{
    private string[] Options(string trace) =>
        [
            .. (string[])["-f", "-o", trace, "-e", $"trace={Calls}", "-e", $"inject={Calls}:signal=KILL"],
            .. Path is null ? Array.Empty<string>() : ["-P", Path],
        ];

    /// <summary>Runs the command to that call; it is an error when it ends before.</summary>
    /// <param name="trace">The file for strace to write.</param>
    public async Task RunAsync(
        string trace,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        ProcessResult result = await ChildProcess.RunAsync("strace", [.. Options(trace), .. command], environment);
        await AssertHappenedAsync(trace, result);
    }

    /// <summary>Lets a process that runs die at that call. It is watched once this has ended.</summary>
    /// <returns>strace, which ends with the process.</returns>
    public async Task<ChildProcess> AwaitAsync(string trace, int process)
    {
        ChildProcess strace = ChildProcess.Start("strace", [.. Options(trace), "-p", $"{process}"]);
        await Eventually.HoldsAsync(
            "strace to watch the process",
            () => Task.FromResult(strace.Log.Contains("attached", StringComparison.Ordinal))
        );
        return strace;
    }

    private async Task AssertHappenedAsync(string trace, ProcessResult result)
    {
        bool killed = (await File.ReadAllTextAsync(trace)).Contains("killed by SIGKILL", StringComparison.Ordinal);
        Assert.True(killed, $"It did not come to {Calls} of {Path ?? "anything"}.\n{result.Output}{result.Error}");
    }
}
