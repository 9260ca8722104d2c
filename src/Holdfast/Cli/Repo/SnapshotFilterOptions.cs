using System.CommandLine;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary>restic's <c>--host</c>, <c>--tag</c> and <c>--path</c>, each of which may be given several times.</summary>
internal sealed class SnapshotFilterOptions
{
    private readonly Option<string[]> hosts;

    private readonly Option<string[]> tags = new("--tag")
    {
        Description = "Only snapshots with all of these tags.",
        HelpName = "tag[,tag,...]",
    };

    private readonly Option<string[]> paths = new("--path")
    {
        Description = "Only snapshots of this path.",
        HelpName = "path",
    };

    /// <param name="hostAliases">Empty where the verb uses restic's <c>-H</c> for something else.</param>
    public SnapshotFilterOptions(params string[] hostAliases) =>
        hosts = new("--host", hostAliases)
        {
            Description = "Only snapshots of this host (default: $RESTIC_HOST).",
            HelpName = "host",
        };

    public void AddTo(Command command)
    {
        command.Add(hosts);
        command.Add(tags);
        command.Add(paths);
    }

    public SnapshotFilter Read(ParseResult parsed) =>
        new()
        {
            Hosts = parsed.GetValue(hosts) is { Length: > 0 } given ? given : DefaultHosts(),
            Tags = TagLists(parsed.GetValue(tags)),
            Paths =
            [
                .. (parsed.GetValue(paths) ?? []).Select(Path.GetFullPath).Select(Path.TrimEndingDirectorySeparator),
            ],
        };

    /// <summary>Each option is a list of tags, separated by commas.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> TagLists(string[]? options) =>
        [.. (options ?? []).Select(option => option.Split(',', StringSplitOptions.TrimEntries))];

    private static string[] DefaultHosts() =>
        Environment.GetEnvironmentVariable("RESTIC_HOST") is { Length: > 0 } host ? [host] : [];
}
