using System.Collections;
using System.CommandLine;

namespace Holdfast.Cli.Client;

/// <summary>
/// Which cloud a client verb speaks to: <c>--os-cloud</c> or <c>OS_CLOUD</c> names an entry of <c>clouds.yaml</c>; without
/// either the <c>OS_…</c> variables are the cloud. No secret is ever an option: others could read it in the process list.
/// </summary>
internal static class CloudOption
{
    private const string Prefix = "OS_";

    public static Option<string?> OsCloud { get; } =
        new("--os-cloud")
        {
            Description = "Entry of clouds.yaml; else OS_CLOUD, else the OS_ variables themselves.",
            HelpName = "name",
            Recursive = true,
        };

    public static Cloud Read(ParseResult parsed) =>
        Read(parsed.GetValue(OsCloud), name => Environment.GetEnvironmentVariable(name), Variables());

    /// <param name="variables">All there are, for a cloud that they describe.</param>
    internal static Cloud Read(
        string? option,
        Func<string, string?> variable,
        IEnumerable<KeyValuePair<string, string>> variables
    )
    {
        string? name = option ?? variable("OS_CLOUD");
        if (string.IsNullOrEmpty(name))
        {
            return new Cloud(
                "the environment (OS_ variables)",
                variables
                    .Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal))
                    .ToDictionary(pair => pair.Key[Prefix.Length..].ToLowerInvariant(), pair => pair.Value)
            );
        }
        return CloudFiles.Read(name, variable) is { } values
            ? new Cloud($"cloud '{name}'", values)
            : throw new CommandError(
                ExitCode.Failed,
                $"there is no cloud '{name}'",
                "Look under 'clouds' in ./clouds.yaml, ~/.config/openstack/clouds.yaml or /etc/openstack/clouds.yaml."
            );
    }

    private static IEnumerable<KeyValuePair<string, string>> Variables() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string)entry.Value!));
}
