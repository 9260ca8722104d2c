using System.Diagnostics;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary>
/// <c>--wait</c>: asks again until the operation has ended. A service that is away for some minutes, as while it is upgraded, does
/// not end the wait: the operation goes on after it.
/// </summary>
internal static class OperationWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    /// <exception cref="CommandError">It did not succeed.</exception>
    public static async Task<OperationObject> ForSuccessAsync(
        CloudSession session,
        OperationObject operation,
        Output output,
        CancellationToken stop
    )
    {
        operation = await ForEndAsync(session, operation, output, stop);
        return operation.Status == "succeeded"
            ? operation
            : throw new CommandError(
                ExitCode.Failed,
                $"operation {operation.Id} ended {operation.Status}: {operation.Message}"
            );
    }

    public static Task<OperationObject> ForEndAsync(
        CloudSession session,
        OperationObject operation,
        Output output,
        CancellationToken stop
    ) =>
        ProgressDisplay.RunAsync(
            output,
            async progress =>
            {
                long heardOf = Stopwatch.GetTimestamp();
                while (!operation.HasEnded)
                {
                    progress?.Report(operation.Step);
                    await Task.Delay(Pause, TimeProvider.System, stop);
                    try
                    {
                        operation = await session.GetAsync<OperationObject>(OperationVerb.PathOf(operation.Id), stop);
                        heardOf = Stopwatch.GetTimestamp();
                    }
                    catch (CommandError error)
                        when (error.ExitCode == ExitCode.Unreachable
                            && Stopwatch.GetElapsedTime(heardOf) < LongestAbsence
                        )
                    {
                        // Asked again after the pause.
                    }
                }
                return operation;
            }
        );
}
