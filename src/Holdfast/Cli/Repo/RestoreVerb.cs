using System.CommandLine;
using System.Text;
using System.Text.Json.Serialization;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo restore</c>: writes a snapshot, or a folder of it, to a directory.</summary>
internal static class RestoreVerb
{
    private static readonly SnapshotFilterOptions Filter = new("-H");

    private static readonly Argument<string> Name = new("snapshot")
    {
        Description = "'latest' or an id; ':folder' behind it restores what is in that folder.",
    };

    private static readonly Option<string> Target = new("--target", "-t")
    {
        Description = "The directory to restore to; it is made if need be.",
        HelpName = "directory",
        Required = true,
    };

    private static readonly Option<bool> Delete = new("--delete")
    {
        Description = "Remove from the target what the snapshot does not have.",
    };

    private static readonly Option<bool> Verify = new("--verify")
    {
        Description = "Read every file again once it is written.",
    };

    public static Command Create()
    {
        var command = new Command("restore", "Restore a snapshot to a directory.")
        {
            Target,
            Delete,
            Verify,
            RepoOptions.NoLock,
            Name,
        };
        Filter.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
                RepoSession.RunAsync(
                    parsed,
                    LockMode.Read,
                    new(),
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
        Repository repository = session.Repository;
        SnapshotReference reference = SnapshotReference.Parse(parsed.GetRequiredValue(Name));
        Snapshot snapshot = reference.Resolve(await repository.ListSnapshotsAsync(session.Stop), Filter.Read(parsed));
        await repository.LoadIndexAsync(session.Stop);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(
            snapshot,
            Encoding.UTF8.GetBytes(reference.Subfolder),
            session.Stop
        );
        string target = MakeTarget(parsed.GetRequiredValue(Target));
        output.Note($"restoring snapshot {SnapshotObject.ShortIdOf(snapshot)} to {target}");

        var restore = new TreeRestore(
            repository,
            // As restic: the target stays what it is, and only what is in it is restored.
            source with
            {
                Directory = null,
            },
            target,
            new RestoreOptions { Exact = parsed.GetValue(Delete), Verify = parsed.GetValue(Verify) }
        );
        long expected =
            snapshot.Summary is { } summary && reference.Subfolder.Length == 0 ? summary.TotalBytesProcessed : 0;
        try
        {
            await ProgressDisplay.PollAsync(
                output,
                repository.Options.Time,
                () => StepOf(restore.Report, expected),
                () => restore.RunAsync(session.Stop)
            );
        }
        finally
        {
            WriteReport(output, restore.Report);
        }
        return ExitCode.Ok;
    }

    private static string MakeTarget(string target)
    {
        try
        {
            // As restic: what is made for a restore is its owner's alone.
            return Directory
                .CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
                .FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandError(ExitCode.Failed, $"the target directory cannot be made: {error.Message}");
        }
    }

    private static Step StepOf(RestoreReport report, long expected) =>
        new("restoring", report.BytesWritten + report.BytesKept, expected, Bytes: true);

    private static void WriteReport(Output output, RestoreReport report)
    {
        foreach (RestoreItemError error in report.Errors)
        {
            output.Problem($"{error.Path}: {error.Message}", new ProblemObject(error.Path, error.Message));
        }
        output.Object(SummaryObject.Of(report));
        output.Line(
            $"{report.Files} files, {report.Directories} directories, {report.Others} others: "
                + $"{Output.Size(report.BytesWritten)} written, {Output.Size(report.BytesKept)} right already, "
                + $"{report.Deleted} entries deleted"
        );
    }

    private sealed record ProblemObject(string Item, string Message)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "error";
    }

    private sealed record SummaryObject(
        long TotalFiles,
        long Directories,
        long Others,
        long TotalBytes,
        long BytesRestored,
        long BytesSkipped,
        long FilesDeleted,
        long ItemErrors
    )
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "summary";

        public static SummaryObject Of(RestoreReport report) =>
            new(
                report.Files,
                report.Directories,
                report.Others,
                report.BytesWritten + report.BytesKept,
                report.BytesWritten,
                report.BytesKept,
                report.Deleted,
                report.ErrorCount
            );
    }
}
