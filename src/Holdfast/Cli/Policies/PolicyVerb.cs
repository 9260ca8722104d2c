using System.CommandLine;

namespace Holdfast.Cli.Policies;

/// <summary><c>holdfast policy</c>: for the operator on the host, beside a running service or without one.</summary>
internal static class PolicyVerb
{
    public static Command Create() =>
        new("policy", "Who may do what, and why.") { PolicyListVerb.Create(), PolicyCheckVerb.Create() };
}
