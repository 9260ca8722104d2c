using System.CommandLine;

namespace Holdfast.Cli;

/// <summary>Options that every verb has.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "Write JSON to standard output, as docs/user describes it.", Recursive = true };

    public static Option<bool> Quiet { get; } =
        new("--quiet", "-q") { Description = "No progress, and no more words than needed.", Recursive = true };

    public static bool WantsJson(ParseResult parsed) =>
        parsed.GetResult(Json) is { Implicit: false } && parsed.GetValue(Json);
}
