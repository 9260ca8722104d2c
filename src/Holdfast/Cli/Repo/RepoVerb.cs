using System.CommandLine;

namespace Holdfast.Cli.Repo;

/// <summary><c>holdfast repo</c>: the engine on any restic repository, without server or database.</summary>
internal static class RepoVerb
{
    public static Command Create() =>
        new("repo", "Work on a restic repository directly, without a server.")
        {
            RepoOptions.Repo,
            RepoOptions.PasswordFile,
            RepoOptions.RetryLock,
            InitVerb.Create(),
            BackupVerb.Create(),
            SnapshotsVerb.Create(),
            LsVerb.Create(),
            RestoreVerb.Create(),
            CheckVerb.Create(),
            ForgetVerb.Create(),
            PruneVerb.Create(),
            StatsVerb.Create(),
        };
}
