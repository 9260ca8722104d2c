using System.CommandLine;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Cli.Policies;

/// <summary>Which rules a verb looks at: those in force, or with another file in the policy file's place.</summary>
internal static class PolicyOptions
{
    public static Option<FileInfo?> File { get; } =
        new("--file")
        {
            Description = "Try this file in the place of the policy file; policy.d is read as it is.",
            HelpName = "file",
        };

    /// <exception cref="PolicyError">The files cannot be used.</exception>
    public static RuleSet Read(ParseResult parsed)
    {
        PolicyFiles files = PolicyFiles.Of(SettingsOption.Read(parsed).Core);
        if (parsed.GetValue(File) is { } other)
        {
            files = files.With(other.FullName);
        }
        RuleSet rules = RuleSet.Build(RuleDefaults.All, files.Read());
        foreach (string doubt in rules.Doubts)
        {
            Console.Error.WriteLine($"warning: {doubt}");
        }
        return rules;
    }
}
