using System.CommandLine;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Cli.Policies;

/// <summary><c>holdfast policy list</c>: every rule, what it says and where that was written.</summary>
internal static class PolicyListVerb
{
    public static Command Create()
    {
        Command command = new("list", "List every rule: what it says, and where that was written.")
        {
            SettingsOption.Config,
            PolicyOptions.File,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Dictionary<string, RuleDefault> defaults = RuleDefaults.All.ToDictionary(rule => rule.Name);
        Output output = Output.Of(parsed);
        List<IReadOnlyList<string>> rows = [];
        foreach (Rule rule in PolicyOptions.Read(parsed).All)
        {
            RuleDefault? original = defaults.GetValueOrDefault(rule.Name);
            rows.Add([
                rule.Name,
                rule.Text,
                rule.Place?.ToString() ?? "default",
                rule.Place is null ? "" : original?.Check ?? "none",
            ]);
            output.Object(
                new PolicyRuleObject(
                    rule.Name,
                    original?.Description,
                    original?.Check,
                    rule.Text,
                    rule.Place?.File,
                    rule.Place?.Line
                )
            );
        }
        output.Table(["Rule", "In force", "From", "Default, where it is another"], rows);
        return ExitCode.Ok;
    }
}

/// <param name="Default">Absent for a rule of the files' own.</param>
/// <param name="Check">What is in force.</param>
/// <param name="File">Absent, with the line, where the default is in force.</param>
internal sealed record PolicyRuleObject(
    string Name,
    string? Description,
    string? Default,
    string Check,
    string? File,
    long? Line
);
