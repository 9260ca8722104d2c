using System.CommandLine;
using Holdfast.Objects;
using Holdfast.Objects.Local;

namespace Holdfast.Cli.Repo;

/// <summary>Where a repository is, written as restic does.</summary>
internal static class RepoLocation
{
    private const string Local = "local:";

    /// <summary>restic's other places; each needs a store that does not exist here.</summary>
    private static readonly string[] Elsewhere = ["s3:", "sftp:", "rest:", "b2:", "azure:", "gs:", "swift:", "rclone:"];

    /// <exception cref="CommandError">None is given, or it is no local directory.</exception>
    public static string Read(ParseResult parsed)
    {
        string? location = parsed.GetValue(RepoOptions.Repo) ?? Environment.GetEnvironmentVariable("RESTIC_REPOSITORY");
        if (string.IsNullOrEmpty(location))
        {
            throw new CommandError(
                ExitCode.Failed,
                "no repository was named",
                "Use --repo, or set RESTIC_REPOSITORY, to its directory."
            );
        }
        if (Elsewhere.FirstOrDefault(scheme => location.StartsWith(scheme, StringComparison.Ordinal)) is { } other)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"repositories at '{other}' are not supported by these verbs yet: only local directories are",
                "Use restic itself for this repository: its format is the same."
            );
        }
        return location.StartsWith(Local, StringComparison.Ordinal) ? location[Local.Length..] : location;
    }

    public static IObjectStore Open(string location) => new LocalObjectStore(location);
}
