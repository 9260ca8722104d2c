using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>sharing accept</c> and <c>sharing reject</c>: the recipient's answer.</summary>
internal static class AnswerVerb
{
    public static Command Create(string answer, string description)
    {
        Command command = new(answer, description) { SharingVerb.Id };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = $"{SharingVerb.PathOf(parsed)}/{answer}";
                        (await session.PostAsync<SharingObject>(path, stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
