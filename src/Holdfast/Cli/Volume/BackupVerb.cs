using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume backup</c>: backs a volume up.</summary>
internal static class BackupVerb
{
    private static readonly Option<bool> Full = new("--full")
    {
        Description = "Read all of it, whatever an earlier backup says.",
    };

    public static Command Create()
    {
        Command command = new("backup", "Back a volume up.")
        {
            VolumeVerb.Id,
            VolumeVerb.Name,
            VolumeVerb.Description,
            Full,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = VolumeVerb.Body(parsed);
                        body["full"] = parsed.GetValue(Full);
                        string path = $"{VolumeVerb.PathOf(parsed)}/backup";
                        VolumeBackupObject backup = await session.PostAsync<VolumeBackupObject>(path, body, stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await VolumeVerb.WaitAsync(session, backup.OperationId, output, stop);
                            backup = backup with { Status = "available" };
                        }
                        backup.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
