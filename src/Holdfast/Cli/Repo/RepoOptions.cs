using System.CommandLine;

namespace Holdfast.Cli.Repo;

/// <summary>Options of every <c>repo</c> verb, with restic's names and environment variables.</summary>
internal static class RepoOptions
{
    public static Option<string?> Repo { get; } =
        new("--repo", "-r")
        {
            Description = "The repository's directory (default: $RESTIC_REPOSITORY).",
            HelpName = "directory",
            Recursive = true,
        };

    public static Option<string?> PasswordFile { get; } =
        new("--password-file", "-p")
        {
            Description =
                "File with the repository's password (default: $RESTIC_PASSWORD_FILE, then $RESTIC_PASSWORD).",
            HelpName = "file",
            Recursive = true,
        };
}
