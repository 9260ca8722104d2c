using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>operation cancel</c>: ends one that waits, and asks one that runs to stop.</summary>
internal static class CancelVerb
{
    public static Command Create()
    {
        Command command = new("cancel", "Cancel an operation; one that runs is asked to stop.")
        {
            OperationVerb.Wait,
            OperationVerb.Id,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = OperationVerb.PathOf(parsed.GetRequiredValue(OperationVerb.Id));
                        OperationObject operation = await session.PostAsync<OperationObject>($"{path}/cancel", stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            operation = await OperationWait.ForEndAsync(session, operation, output, stop);
                        }
                        operation.Write(output);
                        if (operation.HasEnded && operation.Status != "cancelled")
                        {
                            throw new CommandError(
                                ExitCode.Failed,
                                $"operation {operation.Id} was over before it could be cancelled: it {operation.Status}"
                            );
                        }
                    },
                    stop
                )
        );
        return command;
    }
}
