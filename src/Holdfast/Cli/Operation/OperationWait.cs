using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>--wait</c>: asks again until the operation has ended.</summary>
internal static class OperationWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

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
                while (!operation.HasEnded)
                {
                    progress?.Report(operation.Step);
                    await Task.Delay(Pause, TimeProvider.System, stop);
                    operation = await session.GetAsync<OperationObject>(OperationVerb.PathOf(operation.Id), stop);
                }
                return operation;
            }
        );
}
