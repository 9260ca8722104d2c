using System.Reflection;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Server;

/// <summary>
/// The commands of one section of a page, typed as they stand: its <c>bash</c> blocks, in order, in
/// one shell, after those at the head of the page. The shell finds the tested <c>holdfast</c> and <c>restic</c>, the
/// settings of the server in the file that the page names, and a <c>systemctl</c> that starts and stops the server.
/// </summary>
/// <remarks>A test of a section carries <c>[Trait(Runbook.Section, "its heading")]</c>.</remarks>
public sealed class Runbook(HoldfastServer server, string page = Runbook.Disaster)
{
    public const string Disaster = "docs/operate/disaster.md";
    public const string Keys = "docs/operate/keys.md";
    public const string RestoreWithoutUs = "docs/user/restore-without-us.md";

    public const string Section = "runbook";

    private const string SettingsOnPage = "/etc/holdfast/holdfast.conf";

    // Leaves word for the test, and waits until it is done.
    private const string Systemctl = """
        #!/bin/sh
        echo "$1" >asked.new && mv asked.new asked
        while [ -e asked ]; do sleep 0.05; done
        exit "$(cat answer)"
        """;

    private readonly TemporaryDirectory directory = server.Scratch;

    /// <summary>Headings of the sections that have commands.</summary>
    public static IReadOnlyList<string> Sections =>
        [
            .. new[] { Disaster, Keys, RestoreWithoutUs }
                .SelectMany(one => Blocks(one).Keys)
                .Where(heading => heading.Length > 0),
        ];

    /// <summary>Headings of the sections that some test of this assembly says to run.</summary>
    public static IReadOnlyList<string> TestedSections =>
        [
            .. typeof(Runbook)
                .Assembly.GetTypes()
                .SelectMany(type => type.GetMethods())
                .SelectMany(method => method.GetCustomAttributes<TraitAttribute>())
                .Where(trait => trait.Name == Section)
                .Select(trait => trait.Value),
        ];

    /// <summary>Runs the section to its end; every command of it must succeed.</summary>
    /// <param name="variables">What the page leaves to whoever reads it, such as a project's id.</param>
    /// <returns>What the commands printed.</returns>
    public async Task<string> RunAsync(string section, IReadOnlyDictionary<string, string?>? variables = null)
    {
        Dictionary<string, IReadOnlyList<string>> blocks = Blocks(page);
        string script = string.Join('\n', ["set -euo pipefail", .. blocks[""], .. blocks[section]])
            .Replace(SettingsOnPage, WriteSettings(), StringComparison.Ordinal);
        Dictionary<string, string?> environment = new(variables ?? new Dictionary<string, string?>())
        {
            ["PATH"] = $"{MakeTools()}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        await using ChildProcess shell = ChildProcess.Start("bash", ["-c", script], environment, directory.Path);
        Task<ProcessResult> ending = shell.WaitForExitAsync();
        await Eventually.HoldsAsync(
            $"the commands of '{section}'",
            async () =>
            {
                await AnswerAsync();
                return ending.IsCompleted;
            },
            TimeSpan.FromMinutes(5)
        );
        return (await ending).Checked($"'{section}' of {page}").Output;
    }

    private async Task AnswerAsync()
    {
        string asked = directory["asked"];
        if (!File.Exists(asked))
        {
            return;
        }
        switch ((await File.ReadAllTextAsync(asked)).Trim())
        {
            case "stop":
                await server.StopAsync();
                break;
            case "start":
                await server.StartAgainAsync();
                break;
            case var other:
                throw new InvalidOperationException($"{page} says 'systemctl {other}': teach it to the test.");
        }
        await File.WriteAllTextAsync(directory["answer"], "0");
        File.Delete(asked);
    }

    private string WriteSettings()
    {
        string file = directory["holdfast.conf"];
        File.WriteAllLines(file, server.Settings.Select(setting => $"{setting.Key}={setting.Value}"));
        return file;
    }

    /// <returns>A directory of executables.</returns>
    private string MakeTools()
    {
        string tools = directory.Make("tools");
        Write("holdfast", $"#!/bin/sh\nexec {string.Join(' ', HoldfastServer.Command)} \"$@\"\n");
        Write("restic", $"#!/bin/sh\nexec {Restic.Binary} \"$@\"\n");
        Write("systemctl", Systemctl);
        return tools;

        void Write(string name, string content)
        {
            File.WriteAllText(Path.Combine(tools, name), content);
            RawFiles.ChangeMode(Path.Combine(tools, name), 0x1ed);
        }
    }

    /// <summary>By the heading that they stand below, at whatever depth; those at the head of the page by none.</summary>
    public static Dictionary<string, IReadOnlyList<string>> Blocks(string page)
    {
        Dictionary<string, List<string>> blocks = new() { [""] = [] };
        string heading = "";
        List<string>? block = null;
        int indent = 0;
        foreach (string line in File.ReadLines(RepositoryRoot.File(page)))
        {
            if (block is not null)
            {
                if (line.Trim() == "```")
                {
                    blocks.TryAdd(heading, []);
                    blocks[heading].Add(string.Join('\n', block));
                    block = null;
                }
                else
                {
                    block.Add(line.Trim().Length == 0 ? "" : line[indent..]);
                }
            }
            else if (line.TrimStart() == "```bash")
            {
                indent = line.Length - "```bash".Length;
                block = [];
            }
            else if (line.StartsWith("##", StringComparison.Ordinal))
            {
                heading = line.TrimStart('#').Trim();
            }
        }
        return blocks.ToDictionary(one => one.Key, one => (IReadOnlyList<string>)one.Value);
    }
}
