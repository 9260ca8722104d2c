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
        Command rotate = new("rotate", "Give a project's repository a new password; the former one opens it no more.")
        {
            SettingsOption.Config,
            Project,
        };
        rotate.SetAction(RotateAsync);
        return new Command("key", "Keys of the projects' repositories.") { export, rotate };
    }

    private static async Task<int> RotateAsync(ParseResult parsed, CancellationToken stop)
    {
        string project = parsed.GetRequiredValue(Project);
        await using ServiceProvider services = ServiceHost.OpenBeside(SettingsOption.Read(parsed));
        if (!await services.GetRequiredService<KeyRotation>().RotateAsync(project, stop))
        {
            throw NoRepository(project);
        }
        Output.Of(parsed).Note($"The repository of project {project} has a new password.");
        return ExitCode.Ok;
    }

    private static async Task<int> ExportAsync(ParseResult parsed, CancellationToken stop)
    {
        string project = parsed.GetRequiredValue(Project);
        await using ServiceProvider services = ServiceHost.OpenBeside(SettingsOption.Read(parsed));
        string? password = await services.GetRequiredService<KeyExport>().ExportAsync(project, stop);
        if (password is null)
        {
            throw NoRepository(project);
        }
        await Console.Out.WriteLineAsync(password);
        return ExitCode.Ok;
    }

    private static CommandError NoRepository(string project) =>
        new(
            ExitCode.NoRepository,
            $"Project {project} has no repository.",
            "A repository is made with the project's first backup."
        );
}
