using System.Globalization;
using Xunit;

namespace Holdfast.Testing.Processes;

/// <summary>
/// The call at which a program dies: strace sends it SIGKILL as it enters the first of those system calls, or the first
/// that has to do with one of the paths.
/// </summary>
/// <param name="Calls">Names of system calls, with commas between.</param>
/// <param name="Paths">
/// Whole, and as the kernel has them; none for any. One of them must be the call's argument, or the path of an open file that is.
/// </param>
public sealed record DeathAt(string Calls, params IReadOnlyList<string> Paths)
{
    /// <summary>Calls whose threads stand still, as they leave them, for longer than the program lives.</summary>
    public string? Held { get; init; }

    private string[] Options(string trace) =>
        [
            .. Following(trace, $"{Calls},{Held ?? Calls}"),
            .. (string[])["-e", $"inject={Calls}:signal=KILL"],
            .. Held is null ? Array.Empty<string>() : Holding(Held),
        ];

    private string[] Following(string trace, string calls) =>
        ["-f", "-o", trace, "-e", $"trace={calls}", .. Paths.SelectMany(path => (string[])["-P", path])];

    private static string[] Holding(string calls) => ["-e", $"inject={calls}:delay_exit=600s"];

    /// <summary>Runs the command to that call; it is an error when it ends before.</summary>
    /// <param name="trace">The file for strace to write.</param>
    public async Task RunAsync(
        string trace,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        ProcessResult result = await ChildProcess.RunAsync("strace", [.. Options(trace), .. command], environment);
        Assert.True(await HasHappenedAsync(trace), $"It did not come to {this}.\n{result.Output}{result.Error}");
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

    /// <summary>Runs the command until it leaves that call and <paramref name="done"/> holds, and kills it there.</summary>
    public async Task RunPastAsync(
        string trace,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string?>? environment,
        Func<bool> done
    )
    {
        string[] options = [.. Following(trace, Calls), .. Holding(Calls)];
        await using ChildProcess strace = ChildProcess.Start("strace", [.. options, .. command], environment);
        await Eventually.HoldsAsync(
            $"{this} to be done",
            () => strace.HasExited ? throw new InvalidOperationException(strace.Log) : Task.FromResult(done())
        );
        string children = await File.ReadAllTextAsync($"/proc/{strace.Id}/task/{strace.Id}/children");
        _ = Files.Libc.Kill(int.Parse(children, CultureInfo.InvariantCulture), 9);
    }

    /// <param name="trace">What strace writes.</param>
    public static async Task<bool> HasHappenedAsync(string trace) =>
        (await File.ReadAllTextAsync(trace)).Contains("killed by SIGKILL", StringComparison.Ordinal);

    public override string ToString() => $"{Calls} of {(Paths.Count == 0 ? "anything" : Paths[0])}";
}
