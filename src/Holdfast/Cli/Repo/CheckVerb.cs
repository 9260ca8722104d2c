using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Engine.Maintenance.Check;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo check</c>: looks whether everything can be restored.</summary>
internal static class CheckVerb
{
    private static readonly Option<bool> ReadData = new("--read-data")
    {
        Description = "Read and verify every byte of every pack.",
    };

    private static readonly Option<string?> Subset = new("--read-data-subset")
    {
        Description = "Read and verify some packs: n/t (a fixed part), 10% or 5G (a random choice).",
        HelpName = "subset",
    };

    public static Command Create()
    {
        var command = new Command("check", "Check the repository for errors.") { ReadData, Subset, RepoOptions.NoLock };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ReadData) && result.GetValue(Subset) is not null)
            {
                result.AddError("--read-data and --read-data-subset cannot be used together.");
            }
        });
        command.SetAction(
            (parsed, stop) =>
            {
                LockMode mode = parsed.GetValue(RepoOptions.NoLock) ? LockMode.Read : LockMode.Exclusive;
                return RepoSession.RunAsync(parsed, mode, new(), session => RunAsync(parsed, session), stop);
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, RepoSession session)
    {
        Output output = Output.Of(parsed);
        var options = new CheckOptions
        {
            ReadData =
                parsed.GetValue(ReadData) ? PackSubset.All
                : parsed.GetValue(Subset) is { } subset ? PackSubset.Parse(subset)
                : PackSubset.None,
        };
        CheckReport report = await ProgressDisplay.RunAsync(
            output,
            session.Repository.Options.Time,
            progress =>
                CheckRun.RunAsync(session.Repository, options, found: null, MaintenanceSteps.To(progress), session.Stop)
        );
        foreach (CheckFinding finding in report.Findings)
        {
            output.Object(FindingObject.Of(finding));
            output.Line($"{FindingObject.NameOf(finding.Severity)}: {finding.Object}: {finding.Message}");
        }
        int errors = report.Findings.Count(finding => finding.Severity == FindingSeverity.Error);
        int hints = report.Findings.Count - errors;
        output.Object(
            new SummaryObject(
                errors,
                hints,
                report.Snapshots,
                report.Trees,
                report.Packs,
                report.PacksRead,
                report.BytesRead,
                SuggestPrune: hints > 0
            )
        );
        output.Note(
            $"{report.Snapshots} snapshots, {report.Trees} trees, {report.Packs} packs; "
                + $"read {report.PacksRead} packs, {Output.Size(report.BytesRead)}"
        );
        output.Line(errors == 0 ? "no errors were found" : $"{errors} errors were found");
        if (errors == 0 && hints > 0)
        {
            output.Note("A prune tidies up what the hints name.");
        }
        return report.IsSound ? ExitCode.Ok : ExitCode.Failed;
    }

    private sealed record FindingObject(string Kind, string Severity, string Object, string Message)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "finding";

        public static FindingObject Of(CheckFinding finding) =>
            new(
                JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Kind.ToString()),
                NameOf(finding.Severity),
                finding.Object,
                finding.Message
            );

        public static string NameOf(FindingSeverity severity) => severity == FindingSeverity.Error ? "error" : "hint";
    }

    private sealed record SummaryObject(
        int NumErrors,
        int NumHints,
        int Snapshots,
        int Trees,
        int Packs,
        int PacksRead,
        long BytesRead,
        bool SuggestPrune
    )
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "summary";
    }
}
