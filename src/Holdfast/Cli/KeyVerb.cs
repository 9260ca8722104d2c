using System.CommandLine;
using Holdfast.Core.Keys;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli;

/// <summary><c>holdfast key</c>: for the operator on the host, beside a running service or without one.</summary>
internal static class KeyVerb
{
    private static readonly Option<string> Project = new("--project")
    {
        Description = "The project's id.",
        HelpName = "id",
        Required = true,
    };

    public static Command Create()
    {
        Command export = new("export", "Print the password of a project's repository, and nothing else.")
        {
            SettingsOption.Config,
            Project,
        };
        export.SetAction(ExportAsync);
        return new Command("key", "Keys of the projects' repositories.") { export };
    }

    private static async Task<int> ExportAsync(ParseResult parsed, CancellationToken stop)
    {
        string project = parsed.GetRequiredValue(Project);
        await using ServiceProvider services = ServiceHost.OpenBeside(SettingsOption.Read(parsed));
        string? password = await services.GetRequiredService<KeyExport>().ExportAsync(project, stop);
        if (password is null)
        {
            throw new CommandError(
                ExitCode.NoRepository,
                $"Project {project} has no repository.",
                "A repository is made with the project's first backup."
            );
        }
        await Console.Out.WriteLineAsync(password);
        return ExitCode.Ok;
    }
}
