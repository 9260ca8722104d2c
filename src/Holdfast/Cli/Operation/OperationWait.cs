using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>--wait</c>: asks again until the operation has ended.</summary>
internal static class OperationWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

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
