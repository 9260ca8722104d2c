using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>operation show</c>: one operation, now or at its end.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        Command command = new("show", "Show an operation; with --wait, once it has ended.")
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
                        OperationObject operation = await session.GetAsync<OperationObject>(path, stop);
                        bool wait = parsed.GetValue(OperationVerb.Wait);
                        if (wait)
                        {
                            operation = await OperationWait.ForEndAsync(session, operation, output, stop);
                        }
                        operation.Write(output);
                        if (wait && operation.Status != "succeeded")
                        {
                            throw new CommandError(
                                ExitCode.Failed,
                                $"operation {operation.Id} ended {operation.Status}: {operation.Message}"
                            );
                        }
                    },
                    stop
                )
        );
        return command;
    }
}
