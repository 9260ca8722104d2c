using System.CommandLine;

namespace Holdfast.Cli.Repo;

/// <summary>Options of every <c>repo</c> verb, with restic's names and environment variables.</summary>
internal static class RepoOptions
{
    public static Option<string?> Repo { get; } =
        new("--repo", "-r")
        {
            Description = "The repository's directory, or s3:https://host/bucket/prefix (default: $RESTIC_REPOSITORY).",
            HelpName = "place",
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

    public static Option<TimeSpan> RetryLock { get; } =
        new("--retry-lock")
        {
            Description = "Wait so long for somebody else's lock to go, such as 5m (default: not at all).",
            HelpName = "duration",
            CustomParser = Durations.Parse,
            Recursive = true,
        };

    /// <summary>Only of verbs that write nothing.</summary>
    public static Option<bool> NoLock { get; } =
        new("--no-lock") { Description = "Read without taking a lock, for a repository that cannot be written." };
}
