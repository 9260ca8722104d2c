using Holdfast.Core.Access.Policies;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the operator's rules can be used.</summary>
internal static class PolicyChecks
{
    private const string Check = "policy";

    public static void Run(Settings settings, Findings findings)
    {
        try
        {
            IReadOnlyList<RuleOverride> overrides = PolicyFiles.Of(settings.Core).Read();
            RuleSet rules = RuleSet.Build(RuleDefaults.All, overrides);
            findings.Ok(Check, overrides.Count == 0 ? "the defaults" : $"{overrides.Count} rules of the operator's");
            foreach (string doubt in rules.Doubts)
            {
                findings.Warning(Check, doubt, "holdfast policy list shows what is in force.");
            }
        }
        catch (PolicyError error)
        {
            findings.Mistake(Check, error);
        }
    }
}
