using System.Collections.Concurrent;
using System.Diagnostics;

namespace Holdfast.Testing.Processes;

/// <summary>What a finished process left: its exit code and all it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>This result, when the process succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message has what it wrote.</exception>
    public ProcessResult Checked(string command) =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{command}: exit {ExitCode}\n{Output}{Error}");
}

/// <summary>A real process. Disposing kills it if it still runs.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> error = new();

    private ChildProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string Output => string.Join('\n', output);

    /// <summary>Standard output, then standard error: for messages.</summary>
    public string Log => string.Join('\n', output.Concat(error));

    /// <param name="environment">Added to this process's own; a null value removes a variable.</param>
    public static ChildProcess Start(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }
        var child = new ChildProcess(new Process { StartInfo = start });
        child.process.OutputDataReceived += (_, line) => Keep(child.output, line.Data);
        child.process.ErrorDataReceived += (_, line) => Keep(child.error, line.Data);
        child.process.Start();
        child.process.StandardInput.Close();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    public static async Task<ProcessResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        await using ChildProcess child = Start(file, arguments, environment, workingDirectory);
        return await child.WaitForExitAsync();
    }

    /// <exception cref="TimeoutException">It still runs after ten minutes; it is killed.</exception>
    public async Task<ProcessResult> WaitForExitAsync()
    {
        using var deadline = new CancellationTokenSource(LongestRun);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException cancelled)
        {
            Kill();
            throw new TimeoutException($"{process.StartInfo.FileName} did not end in {LongestRun}.\n{Log}", cancelled);
        }
        return new ProcessResult(process.ExitCode, Output, string.Join('\n', error));
    }

    /// <summary>SIGKILL, to this process alone: it gets no chance to tidy up.</summary>
    public void Kill() => process.Kill(entireProcessTree: false);

    /// <summary>SIGTERM: it may tidy up.</summary>
    public void Terminate() => _ = Files.Libc.Kill(process.Id, 15);

    /// <summary>Any signal, by its number: 1 is SIGHUP, 2 is SIGINT.</summary>
    public void Signal(int number) => _ = Files.Libc.Kill(process.Id, number);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
