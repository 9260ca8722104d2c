using System.CommandLine;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume delete</c>: removes a volume that was made here, with its bytes.</summary>
internal static class DeleteVerb
{
    public static Command Create()
    {
        Command command = new("delete", "Delete a volume that was made here, with all it holds.")
        {
            VolumeVerb.Id,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        VolumeObject volume = await session.DeleteAsync<VolumeObject>(VolumeVerb.PathOf(parsed), stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await VolumeVerb.WaitAsync(session, volume.OperationId!, output, stop);
                            output.Note($"volume {volume.Id} is gone");
                        }
                        else
                        {
                            volume.Write(output);
                        }
                    },
                    stop
                )
        );
        return command;
    }
}
