using System.CommandLine;
using Holdfast.Hosting;

namespace Holdfast.Cli;

/// <summary><c>holdfast serve</c>: the whole service, until it is told to stop.</summary>
internal static class ServeVerb
{
    private static readonly Option<bool> WithDemo = new("--demo")
    {
        Description = "On first start, make a project, a user, a share and a backup to try things on.",
    };

    public static Command Create()
    {
        Command command = new("serve", "Run the service: API, workers and scheduler.")
        {
            SettingsOption.Config,
            WithDemo,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await ServiceHost.RunAsync(SettingsOption.Read(parsed), parsed.GetValue(WithDemo), stop);
        return ExitCode.Ok;
    }
}
