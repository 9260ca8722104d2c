using System.CommandLine;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Share;

/// <summary><c>share delete</c>: removes a share that was made here, with its files.</summary>
internal static class DeleteVerb
{
    public static Command Create()
    {
        Command command = new("delete", "Delete a share that was made here, with all that is in it.")
        {
            ShareVerb.Id,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string id = parsed.GetRequiredValue(ShareVerb.Id);
                        await session.DeleteAsync(ShareVerb.PathOf(id), stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await ShareVerb.WaitAsync(session, id, "delete_share", output, stop);
                            output.Note($"share {id} is gone");
                        }
                        else
                        {
                            output.Note($"share {id} is being deleted");
                        }
                    },
                    stop
                )
        );
        return command;
    }
}
