using Holdfast.Cli;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Hosting;

/// <summary>
/// Where settings come from: the environment (<c>HOLDFAST_</c>, <c>__</c> for nesting), then a file of the same
/// <c>NAME=value</c> lines, then the default. Remembers what each value's origin was.
/// </summary>
internal sealed class SettingSource
{
    private readonly Func<string, string?> environment;
    private readonly string? file;
    private readonly Dictionary<string, string> fromFile = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, string?> asked = new(StringComparer.Ordinal);

    /// <exception cref="CommandError">The file cannot be read, or a line is not <c>HOLDFAST_NAME=value</c>.</exception>
    public SettingSource(Func<string, string?> environment, string? file)
    {
        this.environment = environment;
        this.file = file;
        if (file is null)
        {
            return;
        }
        if (!System.IO.File.Exists(file))
        {
            throw new CommandError(ExitCode.Failed, $"There is no configuration file {file}.");
        }
        int number = 0;
        foreach (string line in System.IO.File.ReadLines(file))
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }
            int equals = text.IndexOf('=');
            if (equals < 1 || !text.StartsWith("HOLDFAST_", StringComparison.Ordinal))
            {
                throw new CommandError(
                    ExitCode.Failed,
                    $"{file}, line {number}: a line is HOLDFAST_NAME=value, or a comment that begins with #."
                );
            }
            fromFile[text[..equals].TrimEnd()] = text[(equals + 1)..].Trim().Trim('"');
        }
    }

    /// <returns>Null when it is set nowhere, or to nothing.</returns>
    public string? this[string name]
    {
        get
        {
            string? value = environment(name) is { Length: > 0 } set ? set : fromFile.GetValueOrDefault(name);
            return asked[name] = string.IsNullOrEmpty(value) ? null : value;
        }
    }

    /// <summary>The file; null where there is none.</summary>
    public string? File => file;

    /// <summary>What was asked for until now, in that order: the name, and the value where it is set.</summary>
    public IReadOnlyDictionary<string, string?> Asked => asked;

    /// <summary>Call when everything has been read: what the file says and nobody asked for is a mistake in it.</summary>
    public IEnumerable<CommandError> UnknownNames() =>
        fromFile
            .Keys.Where(name => !asked.ContainsKey(name))
            .Select(name => new CommandError(
                ExitCode.Failed,
                $"{file}: there is no setting {name}{Nearest.Hint(name, asked.Keys)}.",
                "docs/operate/configuration.md has all names."
            ));

    /// <summary>For messages: where the value of this name was set.</summary>
    public string Origin(string name) =>
        environment(name) is { Length: > 0 } ? "environment"
        : fromFile.ContainsKey(name) ? file!
        : "default";
}
