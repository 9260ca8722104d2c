namespace Holdfast.Cli;

/// <summary>A verb cannot go on, for a reason that the command line itself knows: the exit code and what to do.</summary>
internal sealed class CommandError(int exitCode, string message, string? advice = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string? Advice { get; } = advice;
}
