using System.CommandLine;
using System.Text.Json.Serialization;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary><c>holdfast doctor</c>: finds the likely mistakes of an installation, beside a running service or before a first one.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        Command command = new("doctor", "Look for mistakes in the installation, and say how each is mended.")
        {
            SettingsOption.Config,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        Output output = Output.Of(parsed);
        Findings findings = new();
        SettingSource? source = ConfigurationChecks.Open(parsed, findings);
        Settings? settings = source is null ? null : ConfigurationChecks.Read(source, findings);
        if (source is not null && !output.Quiet)
        {
            SettingTable.Write(output, SettingTable.Of(source, settings));
        }
        MachineChecks.Run(findings);
        if (settings is not null)
        {
            await Examination.RunAsync(settings, findings, stop);
        }
        Write(output, findings);
        return findings.Any(one => one.Level == FindingLevel.Mistake) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Write(Output output, Findings findings)
    {
        foreach (Finding one in findings)
        {
            if (!output.Quiet || one.Level != FindingLevel.Ok)
            {
                output.Object(new FindingObject(one.Check, one.Word, one.Found, one.Advice));
                output.Line($"{one.Word, -8} {one.Check}: {one.Found}");
                if (one.Advice is { } advice)
                {
                    output.Line($"{"", -8} {advice}");
                }
            }
        }
        int mistakes = findings.Count(one => one.Level == FindingLevel.Mistake);
        int warnings = findings.Count(one => one.Level == FindingLevel.Warning);
        output.Object(new SummaryObject(mistakes, warnings));
        output.Note($"{Some(mistakes, "mistake")}, {Some(warnings, "warning")}");
    }

    private static string Some(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <param name="Level"><c>ok</c>, <c>warning</c> or <c>mistake</c>.</param>
    private sealed record FindingObject(string Check, string Level, string Found, string? Advice)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "finding";
    }

    private sealed record SummaryObject(int Mistakes, int Warnings)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "summary";
    }
}
