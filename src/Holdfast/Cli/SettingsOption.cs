using System.CommandLine;
using Holdfast.Hosting;

namespace Holdfast.Cli;

/// <summary><c>--config</c>, for the verbs that are the service or work beside it on the same host.</summary>
internal static class SettingsOption
{
    public static Option<string?> Config { get; } =
        new("--config")
        {
            Description = "File of HOLDFAST_NAME=value lines; the environment wins over it.",
            HelpName = "file",
        };

    /// <exception cref="CommandError">The file cannot be read, or has other lines.</exception>
    public static SettingSource Open(ParseResult parsed) =>
        new(Environment.GetEnvironmentVariable, parsed.GetValue(Config));

    public static Settings Read(ParseResult parsed) => Settings.Read(Open(parsed));
}
