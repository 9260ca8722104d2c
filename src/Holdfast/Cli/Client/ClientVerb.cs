using System.CommandLine;

namespace Holdfast.Cli.Client;

/// <summary>The action of a verb that asks a running service, as any client would.</summary>
internal static class ClientVerb
{
    public static async Task<int> RunAsync(
        ParseResult parsed,
        Func<CloudSession, Output, Task> work,
        CancellationToken stop
    )
    {
        using CloudSession session = await CloudSession.SignInAsync(CloudOption.Read(parsed), stop);
        await work(session, Output.Of(parsed));
        return ExitCode.Ok;
    }
}
