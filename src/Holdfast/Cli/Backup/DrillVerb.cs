using System.CommandLine;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup drill</c>: restores a backup into the service's scratch place, to see that it works.</summary>
internal static class DrillVerb
{
    public static Command Create()
    {
        Command command = new("drill", "Restore a backup for trial, and compare; for administrators.")
        {
            BackupVerb.Id,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = BackupVerb.PathOf(parsed) + "/drill";
                        OperationObject operation = await session.PostAsync<OperationObject>(path, stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            operation = await OperationWait.ForSuccessAsync(session, operation, output, stop);
                        }
                        operation.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
