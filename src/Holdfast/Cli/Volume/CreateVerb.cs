using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume create</c>: an empty volume, or one of a backup.</summary>
internal static class CreateVerb
{
    private static readonly Option<int?> Size = new("--size")
    {
        Description = "GiB; may be left out with --backup: then it is the backup's.",
        HelpName = "n",
    };

    private static readonly Option<string?> Backup = new("--backup")
    {
        Description = "Id of the backup that it is to hold, one's own or one that was shared with one's project.",
        HelpName = "backup",
    };

    public static Command Create()
    {
        Command command = new("create", "Make a volume, empty or of a backup.")
        {
            Size,
            Backup,
            VolumeVerb.Name,
            VolumeVerb.Description,
            OperationVerb.Wait,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Size) is null && result.GetResult(Backup) is null)
            {
                result.AddError("--size or --backup is needed.");
            }
        });
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = VolumeVerb.Body(parsed);
                        body["size"] = parsed.GetValue(Size);
                        body["backup_id"] = parsed.GetValue(Backup);
                        VolumeObject volume = await session.PostAsync<VolumeObject>("volumes", body, stop);
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await VolumeVerb.WaitAsync(session, volume.OperationId!, output, stop);
                            volume = await session.GetAsync<VolumeObject>(VolumeVerb.PathOf(volume.Id), stop);
                        }
                        volume.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
