using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Volume;

/// <summary><c>volume unregister</c>: forgets a volume and leaves its image or device; for administrators.</summary>
internal static class UnregisterVerb
{
    public static Command Create()
    {
        Command command = new("unregister", "Forget a volume, and leave its image or device as it is.")
        {
            VolumeVerb.Id,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        await session.PostAsync($"{VolumeVerb.PathOf(parsed)}/unregister", stop);
                        output.Note($"volume {parsed.GetRequiredValue(VolumeVerb.Id)} is forgotten");
                    },
                    stop
                )
        );
        return command;
    }
}
