using System.CommandLine;
using Holdfast.Core.Access;
using Holdfast.Core.Keys;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli;

/// <summary><c>holdfast key</c>: for the operator on the host; all but <c>rotate-master</c> beside a running service or without one.</summary>
internal static class KeyVerb
{
    private static readonly Option<string> Project = new("--project")
    {
        Description = "The project's id.",
        HelpName = "id",
        Required = true,
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Do it. Without this the verb says what would be destroyed.",
    };

    private static readonly Option<string?> NewKeyFile = new("--new-key-file")
    {
        Description = "Where HOLDFAST_MASTER_KEY_COMMAND prints the key: the file with the new one.",
        HelpName = "file",
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
        Command destroy = new("destroy", "Destroy a project's key and repository: its backups are gone for good.")
        {
            SettingsOption.Config,
            Project,
            Yes,
        };
        destroy.SetAction(DestroyAsync);
        Command rotateMaster = new(
            "rotate-master",
            "Put a new master key in the place of the one in use. No node may run meanwhile."
        )
        {
            SettingsOption.Config,
            NewKeyFile,
        };
        rotateMaster.SetAction(RotateMasterAsync);
        Command revokeTokens = new("revoke-tokens", "End all tokens of local identity: everybody signs in again.")
        {
            SettingsOption.Config,
        };
        revokeTokens.SetAction(RevokeTokensAsync);
        return new Command("key", "Keys of the projects' repositories, and of the service.")
        {
            export,
            rotate,
            destroy,
            rotateMaster,
            revokeTokens,
        };
    }

    private static async Task<int> DestroyAsync(ParseResult parsed, CancellationToken stop)
    {
        string project = parsed.GetRequiredValue(Project);
        await using ServiceProvider services = ServiceHost.OpenBeside(SettingsOption.Read(parsed));
        KeyDestruction destruction = services.GetRequiredService<KeyDestruction>();
        DestroyedKey found = await destruction.FindAsync(project, stop) ?? throw NoRepository(project);
        if (!parsed.GetValue(Yes))
        {
            throw new CommandError(
                ExitCode.Failed,
                $"Project {project} has {found.Backups} backups, which {found.Sharings} sharings give to others. With its key "
                    + "they are gone for good, and nothing brings them back.",
                "Say --yes to destroy it."
            );
        }
        DestroyedKey destroyed = await destruction.DestroyAsync(project, stop);
        Output output = Output.Of(parsed);
        output.Object(destroyed);
        output.Note(
            $"The key of project {project} is destroyed, and with it {destroyed.Backups} backups and {destroyed.Sharings} sharings."
        );
        return ExitCode.Ok;
    }

    private static async Task<int> RotateMasterAsync(ParseResult parsed, CancellationToken stop)
    {
        Settings settings = SettingsOption.Read(parsed);
        using DataDirectory? claim = settings.Core.Postgres is null
            ? DataDirectory.Claim(
                settings.Core.DataDirectory,
                $"holdfast key rotate-master, process {Environment.ProcessId}"
            )
            : null;
        await using ServiceProvider services = ServiceHost.OpenBeside(settings);
        RotatedMasterKey rotated = await services
            .GetRequiredService<MasterKeyRotation>()
            .RotateAsync(parsed.GetValue(NewKeyFile), alone: claim is not null, stop);
        Output output = Output.Of(parsed);
        output.Object(rotated);
        output.Note($"The new master key is in {rotated.File}. It wraps the passwords of {rotated.Projects} projects.");
        output.Note(
            rotated.FormerFile is { } former
                ? $"The former one is in {former}: put it away. Copies of the catalog and the store from before need it."
                : "Let HOLDFAST_MASTER_KEY_COMMAND print it before a node starts."
        );
        return ExitCode.Ok;
    }

    private static async Task<int> RevokeTokensAsync(ParseResult parsed, CancellationToken stop)
    {
        Settings settings = SettingsOption.Read(parsed);
        if (settings.Keystone is not null)
        {
            throw new CommandError(ExitCode.Failed, "Tokens are Keystone's here: revoke them there.");
        }
        await using ServiceProvider services = ServiceHost.OpenBeside(settings);
        await services.GetRequiredService<MasterKey>().LoadAsync(stop);
        await services.GetRequiredService<TokenKeys>().RevokeAllAsync(stop);
        Output.Of(parsed).Note("No token from before holds any more; a running service notices within a second.");
        return ExitCode.Ok;
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
