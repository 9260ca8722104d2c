using System.Collections;
using System.CommandLine;
using Holdfast.Core.Access.Policies;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the settings make sense, all of them.</summary>
internal static class ConfigurationChecks
{
    private const string Check = "configuration";
    private const string Advice = "docs/operate/configuration.md has all names, and what they take.";

    private static readonly string[] Secrets =
    [
        "HOLDFAST_CATALOG",
        "HOLDFAST_ADMIN_PASSWORD",
        "HOLDFAST_KEYSTONE__PASSWORD",
        "HOLDFAST_MASTER_KEY_COMMAND",
    ];

    /// <returns>Null where the file cannot be read.</returns>
    public static SettingSource? Open(ParseResult parsed, Findings findings)
    {
        try
        {
            return SettingsOption.Open(parsed);
        }
        catch (Exception error) when (error is CommandError or IOException or UnauthorizedAccessException)
        {
            findings.Mistake(Check, error, Advice);
            return null;
        }
    }

    /// <returns>Null where something makes no sense: then all that does is among the findings.</returns>
    public static Settings? Read(SettingSource source, Findings findings)
    {
        Settings? settings = Settings.Read(source, out IReadOnlyList<CommandError> mistakes);
        foreach (CommandError mistake in mistakes)
        {
            findings.Mistake(Check, mistake, Advice);
        }
        if (settings is not null)
        {
            findings.Ok(Check, "all values make sense");
        }
        foreach (string name in UnknownVariables(source))
        {
            findings.Warning(
                Check,
                $"the environment has {name}, and there is no such setting{Nearest.Hint(name, source.Asked.Keys)}",
                Advice
            );
        }
        CheckFile(source, findings);
        return settings;
    }

    private static IEnumerable<string> UnknownVariables(SettingSource source) =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(one => (string)one.Key)
            .Where(name => name.StartsWith("HOLDFAST_", StringComparison.Ordinal) && !source.Asked.ContainsKey(name))
            .Order(StringComparer.Ordinal);

    private static void CheckFile(SettingSource source, Findings findings)
    {
        if (
            source.File is { } file
            && FileModes.IsOpenToOthers(file)
            && Secrets.Where(name => source.Origin(name) == file && source[name] != "sqlite").ToList() is [_, ..] held
        )
        {
            findings.Warning(
                Check,
                $"{file} may be read by others, and holds {string.Join(", ", held)}",
                $"Run: chmod 600 {file}"
            );
        }
    }
}
