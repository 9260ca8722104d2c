using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Client;

/// <summary>
/// <c>clouds.yaml</c>, and <c>secure.yaml</c> for what it keeps apart, looked for where every OpenStack client does. The
/// first file of each name that is there counts alone.
/// </summary>
internal static class CloudFiles
{
    /// <returns>The entry's values by name, those beneath <c>auth</c> beside the others; null when there is none.</returns>
    /// <exception cref="CommandError">A file cannot be read; the message has nothing of what it says.</exception>
    public static Dictionary<string, string>? Read(string cloud, Func<string, string?> variable)
    {
        Dictionary<string, string>? values = ReadEntry(Find("clouds", "OS_CLIENT_CONFIG_FILE", variable), cloud);
        if (values is not null)
        {
            foreach (
                (string key, string value) in ReadEntry(Find("secure", "OS_CLIENT_SECURE_FILE", variable), cloud) ?? []
            )
            {
                values[key] = value;
            }
        }
        return values;
    }

    private static string? Find(string name, string given, Func<string, string?> variable)
    {
        if (variable(given) is { Length: > 0 } file)
        {
            return file;
        }
        string configuration = variable("XDG_CONFIG_HOME") is { Length: > 0 } home
            ? home
            : Path.Join(variable("HOME"), ".config");
        string[] directories = [".", Path.Join(configuration, "openstack"), "/etc/openstack"];
        return (
            from directory in directories
            from suffix in (string[])[".yaml", ".yml"]
            select Path.Join(directory, name + suffix)
        ).FirstOrDefault(File.Exists);
    }

    private static Dictionary<string, string>? ReadEntry(string? file, string cloud)
    {
        if (file is null || Child(Parse(file), "clouds") is not { } clouds || Child(clouds, cloud) is not { } entry)
        {
            return null;
        }
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        Add(entry);
        if (Child(entry, "auth") is { } auth)
        {
            Add(auth);
        }
        return values;

        void Add(YamlMappingNode from)
        {
            foreach ((YamlNode key, YamlNode value) in from.Children)
            {
                if (key is YamlScalarNode { Value: { } name } && value is YamlScalarNode { Value: { } text })
                {
                    values[name] = text;
                }
            }
        }
    }

    private static YamlMappingNode? Parse(string file)
    {
        try
        {
            using StreamReader text = new(file);
            YamlStream yaml = [];
            yaml.Load(text);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }, ..] ? root : null;
        }
        catch (YamlException error)
        {
            // The parser's own words may quote the file.
            throw new CommandError(
                ExitCode.Failed,
                $"{file} is not YAML: line {error.Start.Line}, column {error.Start.Column}"
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandError(ExitCode.Failed, $"{file} cannot be read: {error.Message}");
        }
    }

    private static YamlMappingNode? Child(YamlMappingNode? parent, string name) =>
        parent?.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? child) == true
            ? child as YamlMappingNode
            : null;
}
