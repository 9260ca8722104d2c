using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume restore</c>: overwrites a volume with a backup; only what differs is written.</summary>
internal static class RestoreVerb
{
    private static readonly Option<string> Backup = new("--backup")
    {
        Description = "Id of the backup, one's own or one that was shared with one's project.",
        HelpName = "backup",
        Required = true,
    };

    public static Command Create()
    {
        Command command = new("restore", "Overwrite a volume with what a backup holds.")
        {
            VolumeVerb.Id,
            Backup,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = VolumeVerb.PathOf(parsed);
                        JsonObject body = new() { ["backup_id"] = parsed.GetRequiredValue(Backup) };
                        VolumeObject volume = await session.PostAsync<VolumeObject>($"{path}/restore", body, stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await VolumeVerb.WaitAsync(session, volume.OperationId!, output, stop);
                            volume = await session.GetAsync<VolumeObject>(path, stop);
                        }
                        volume.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
