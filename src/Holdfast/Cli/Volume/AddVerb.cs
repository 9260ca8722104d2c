using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume add</c>: registers an image or a device that is there; for administrators.</summary>
internal static class AddVerb
{
    private static readonly Argument<string> Path = new("path")
    {
        Description = "The image or device: an absolute path on the service's host, beneath a volume root.",
    };

    private static readonly Option<string> Project = new("--project")
    {
        Description = "Id of the project whose volume it is to be.",
        HelpName = "project",
        Required = true,
    };

    public static Command Create()
    {
        Command command = new("add", "Register an image or a block device that is there as a project's volume.")
        {
            Path,
            Project,
            VolumeVerb.Name,
            VolumeVerb.Description,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject body = VolumeVerb.Body(parsed);
                        body["path"] = parsed.GetRequiredValue(Path);
                        body["project_id"] = parsed.GetRequiredValue(Project);
                        (await session.PostAsync<VolumeObject>("volumes", body, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
