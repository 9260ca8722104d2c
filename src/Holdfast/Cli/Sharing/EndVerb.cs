using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>sharing cancel</c>, the owner's, and <c>sharing leave</c>, the recipient's: it is over, and nothing is left to show.</summary>
internal static class EndVerb
{
    /// <param name="beneath">What is deleted beneath the sharing's path.</param>
    public static Command Create(string name, string description, string beneath)
    {
        Command command = new(name, description) { SharingVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        await session.DeleteAsync(SharingVerb.PathOf(parsed) + beneath, stop);
                        output.Note($"sharing {parsed.GetRequiredValue(SharingVerb.Id)} has ended");
                    },
                    stop
                )
        );
        return command;
    }
}
