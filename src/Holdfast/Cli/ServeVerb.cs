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
        Settings settings = SettingsOption.Read(parsed);
        bool demo = parsed.GetValue(WithDemo);
        if (demo && settings.Keystone is not null)
        {
            throw new CommandError(
                ExitCode.Failed,
                "--demo makes users, and those of HOLDFAST_AUTH=keystone are not ours."
            );
        }
        await ServiceHost.RunAsync(settings, demo, stop);
        return ExitCode.Ok;
    }
}
