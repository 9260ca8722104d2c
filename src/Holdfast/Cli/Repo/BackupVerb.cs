using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo backup</c>: stores directories and files as a snapshot.</summary>
internal static class BackupVerb
{
    private static readonly Argument<string[]> Paths = new("path")
    {
        Description = "Directories and files to back up.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> Tags = new("--tag")
    {
        Description = "Give the snapshot these tags.",
        HelpName = "tag[,tag,...]",
    };

    private static readonly Option<string> Host = new("--host", "-H")
    {
        Description = "The snapshot's host (default: $RESTIC_HOST, then this machine's name).",
        HelpName = "host",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("RESTIC_HOST") is { Length: > 0 } host ? host : Environment.MachineName,
    };

    private static readonly Option<DateTimeOffset?> Time = new("--time")
    {
        Description = "The snapshot's time, such as '2012-11-01 22:08:41' (default: now).",
        HelpName = "time",
        CustomParser = ParseTime,
    };

    private static readonly Option<string?> Parent = new("--parent")
    {
        Description = "Compare with this snapshot (default: the latest of the same host and paths).",
        HelpName = "snapshot",
    };

    private static readonly Option<bool> Force = new("--force", "-f")
    {
        Description = "Read every file, whatever the parent snapshot says.",
    };

    private static readonly Option<bool> IgnoreCtime = new("--ignore-ctime")
    {
        Description = "A changed ctime alone does not make a file changed.",
    };

    private static readonly Option<bool> IgnoreInode = new("--ignore-inode")
    {
        Description = "Neither a changed inode number nor a changed ctime alone makes a file changed.",
    };

    public static Command Create()
    {
        var command = new Command("backup", "Back up directories and files.")
        {
            Tags,
            Host,
            Time,
            Parent,
            Force,
            IgnoreCtime,
            IgnoreInode,
            Paths,
        };
        WritingOptions.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
                RepoSession.RunAsync(
                    parsed,
                    LockMode.Add,
                    WritingOptions.Read(parsed),
                    session => RunAsync(parsed, session),
                    stop,
                    loadsIndex: true
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, RepoSession session)
    {
        Output output = Output.Of(parsed);
        using BackupSource source = BackupSource.FromPaths(parsed.GetRequiredValue(Paths));
        BackupRequest request = await MakeRequestAsync(parsed, session, source.Paths);
        await session.Repository.LoadIndexAsync(session.Stop);
        if (!parsed.GetValue(Force))
        {
            output.Note(
                request.Parent is { } parent
                    ? $"using parent snapshot {SnapshotObject.ShortIdOf(parent)}"
                    : "no parent snapshot found, reading all files"
            );
        }
        var backup = new TreeBackup(session.Repository, source, request);
        BackupReport report = await ProgressDisplay.PollAsync(
            output,
            session.Repository.Options.Time,
            () => StepOf(backup.Progress),
            () => backup.RunAsync(session.Lock!, session.Stop)
        );
        WriteProblems(output, report);
        WriteSummary(output, report);
        return report.ItemErrors > 0 ? ExitCode.Incomplete : ExitCode.Ok;
    }

    private static async Task<BackupRequest> MakeRequestAsync(
        ParseResult parsed,
        RepoSession session,
        IReadOnlyList<string> paths
    )
    {
        Repository repository = session.Repository;
        string host = parsed.GetRequiredValue(Host);
        DateTimeOffset time = parsed.GetValue(Time) ?? repository.Options.Time.GetLocalNow();
        IReadOnlyList<Snapshot> snapshots = await repository.ListSnapshotsAsync(session.Stop);
        (uint uid, uint gid) = ProcessOwner.Read();
        return new BackupRequest
        {
            Paths = paths,
            Hostname = host,
            Username = Environment.UserName,
            Uid = uid,
            Gid = gid,
            Tags =
            [
                .. SnapshotFilterOptions
                    .TagLists(parsed.GetValue(Tags))
                    .SelectMany(list => list)
                    .Where(tag => tag.Length > 0)
                    .Distinct(),
            ],
            ProgramVersion = $"holdfast {typeof(BackupVerb).Assembly.GetName().Version?.ToString(3)}",
            Time = time,
            Parent =
                parsed.GetValue(Force) ? null
                : parsed.GetValue(Parent) is { } named
                    ? SnapshotReference.Parse(named).Resolve(snapshots, SnapshotFilter.All)
                : ParentSnapshot.Choose(snapshots, host, paths, time),
            Options = new BackupOptions
            {
                CheckChangeTime = !parsed.GetValue(IgnoreCtime) && !parsed.GetValue(IgnoreInode),
                CheckInode = !parsed.GetValue(IgnoreInode),
            },
        };
    }

    private static Step StepOf(BackupProgress progress) =>
        new(
            "backing up",
            progress.Bytes,
            progress.BytesExpected,
            Bytes: true,
            progress.FoundAll
                ? $"{progress.Files} of {progress.FilesFound} files"
                : $"{progress.Files} files, {progress.FilesFound} found"
        );

    private static void WriteProblems(Output output, BackupReport report)
    {
        foreach (BackupProblem problem in report.Problems)
        {
            string path = RawText.Of(problem.Path);
            string reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(problem.Kind.ToString());
            string? errno = problem.Errno == default ? null : problem.Errno.ToString();
            output.Problem(
                $"{path}: {reason.Replace('_', ' ')}{(errno is null ? "" : $" ({errno})")}",
                new BackupProblemObject(path, reason, errno)
            );
        }
    }

    private static void WriteSummary(Output output, BackupReport report)
    {
        Snapshot snapshot = report.Snapshot;
        SnapshotSummary summary = snapshot.Summary ?? new SnapshotSummary();
        output.Object(BackupSummaryObject.Of(snapshot, summary, report.ItemErrors));
        TimeSpan took = summary.BackupEnd - summary.BackupStart;
        output.Note(
            $"""
            files: {summary.FilesNew} new, {summary.FilesChanged} changed, {summary.FilesUnmodified} unmodified
            dirs:  {summary.DirsNew} new, {summary.DirsChanged} changed, {summary.DirsUnmodified} unmodified
            added: {Output.Size(summary.DataAdded)} ({Output.Size(summary.DataAddedPacked)} stored)
            processed {summary.TotalFilesProcessed} files, {Output.Size(
                summary.TotalBytesProcessed
            )} in {took.TotalSeconds:0.0} s
            """
        );
        if (report.ItemErrors > 0)
        {
            output.Line($"{report.ItemErrors} entries could not be read as they were; all others are in the snapshot");
        }
        output.Line($"snapshot {SnapshotObject.ShortIdOf(snapshot)} saved");
    }

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text == "now")
        {
            return null;
        }
        if (
            DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces,
                out DateTimeOffset time
            )
        )
        {
            return time;
        }
        result.AddError($"'{text}' is not a time: write it as '2012-11-01 22:08:41'.");
        return null;
    }
}
