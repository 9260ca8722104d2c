using System.CommandLine;
using Holdfast.Hosting;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Local;
using Holdfast.Objects.S3;

namespace Holdfast.Cli.Repo;

/// <summary>Where a repository is, written as restic does.</summary>
internal static class RepoLocation
{
    private const string Local = "local:";

    /// <summary>restic's other places; each needs a store that does not exist here.</summary>
    private static readonly string[] Elsewhere = ["sftp:", "rest:", "b2:", "azure:", "gs:", "swift:", "rclone:"];

    /// <exception cref="CommandError">None is given, or it is neither a local directory nor in an S3 store.</exception>
    public static string Read(ParseResult parsed)
    {
        string? location = parsed.GetValue(RepoOptions.Repo) ?? Environment.GetEnvironmentVariable("RESTIC_REPOSITORY");
        if (string.IsNullOrEmpty(location))
        {
            throw new CommandError(
                ExitCode.Failed,
                "no repository was named",
                "Use --repo, or set RESTIC_REPOSITORY, to its directory or to s3:https://host/bucket/prefix."
            );
        }
        if (Elsewhere.FirstOrDefault(scheme => location.StartsWith(scheme, StringComparison.Ordinal)) is { } other)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"repositories at '{other}' are not supported by these verbs yet: only local directories and S3 are",
                "Use restic itself for this repository: its format is the same."
            );
        }
        return location.StartsWith(Local, StringComparison.Ordinal) ? location[Local.Length..] : location;
    }

    /// <exception cref="CommandError">It begins as a place in an S3 store, and is none, or nobody is named to ask there.</exception>
    public static IObjectStore Open(string location)
    {
        if (!location.StartsWith(S3Location.Scheme, StringComparison.Ordinal))
        {
            return new LocalObjectStore(location);
        }
        try
        {
            S3Options place = S3Location.ReadRepository(location, Environment.GetEnvironmentVariable);
            TimeProvider time = TimeProvider.System;
            return new RetryObjectStore(new S3ObjectStore(place, time), new RetryOptions(), time);
        }
        catch (FormatException error)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"the repository {error.Message}",
                "It is written s3:https://host/bucket/prefix, with the AWS_ variables for credentials."
            );
        }
    }
}
