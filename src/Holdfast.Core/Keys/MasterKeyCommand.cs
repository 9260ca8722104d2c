using System.Diagnostics;

namespace Holdfast.Core.Keys;

/// <summary>A command of the operator's that prints the master key, for example from a vault.</summary>
internal static class MasterKeyCommand
{
    // A vault that takes longer is down.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Runs it in a shell. What it printed is in no error.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: it failed, or printed no key.</exception>
    public static async Task<byte[]> RunAsync(string command, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(Longest, time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(
            late.Token,
            cancellationToken
        );
        using Process process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        try
        {
            using MemoryStream output = new();
            await process.StandardOutput.BaseStream.CopyToAsync(output, stop.Token);
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0
                ? MasterKeyFile.Parse(output.ToArray(), "What the master key command printed")
                : throw Failed($"ended with exit code {process.ExitCode}");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw Failed($"did not end within {Longest.TotalSeconds} s");
        }
    }

    private static ServiceError Failed(string how) =>
        new(ServiceErrorKind.Unavailable, $"The master key command {how}. Run it by hand as the service's user.");
}
