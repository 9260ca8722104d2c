using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Server;

/// <summary>
/// A page's commands, typed as they stand: its blocks in order, in one shell. <c>NAME</c> in capitals and <c>&lt;id&gt;</c> stand
/// for what the variable of that name has; what <c>holdfast share create</c> and its like have made is <c>ID</c> and <c>SHARE</c>
/// from then on. Of a <c>console</c> block the lines without <c>$</c> must be shown, <c>…</c> for anything; a command that shows an
/// error there must fail, and every other one succeed.
/// </summary>
public sealed partial class CommandPage
{
    private const string Prelude = """
        set -Eeuo pipefail
        trap 'echo "failed: $BASH_COMMAND" >&2' ERR
        holdfast() {
          local status=0 id
          command holdfast "$@" | tee "$steps/last" || status=$?
          case ${2:-} in create | add)
            id=$(grep -oEm1 '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' "$steps/last" | head -n 1)
            printf -v ID %s "$id"
            printf -v "${1^^}" %s "$id"
          esac
          return "$status"
        }
        """;

    private readonly string page;

    private CommandPage(string page, List<Block> blocks) => (this.page, Blocks) = (page, blocks);

    /// <summary>Those that have commands.</summary>
    public IReadOnlyList<Block> Blocks { get; }

    /// <param name="page">Relative to the source tree.</param>
    public static CommandPage Read(string page)
    {
        string text = File.ReadAllText(RepositoryRoot.File(page));
        Assert.DoesNotMatch(Indented(), Fenced().Replace(text, ""));
        return new CommandPage(
            page,
            [
                .. Fenced()
                    .Matches(text)
                    .Select(match => new Block(match.Groups["language"].Value, Unindented(match)))
                    .Where(block =>
                        block.Language is "sh" or "bash" or "console"
                        || (block.Language.Length == 0 && Command().IsMatch(block.Text))
                    ),
            ]
        );
    }

    /// <param name="environment">The variables are what names in capitals stand for, too.</param>
    /// <param name="paths">What the page's own paths are here.</param>
    public async Task RunAsync(
        IReadOnlyDictionary<string, string?> environment,
        IReadOnlyDictionary<string, string> paths,
        Func<Block, bool> isRun,
        string directory
    )
    {
        string outputs = Directory.CreateDirectory(Path.Combine(directory, "steps")).FullName;
        List<Step> steps = [.. Blocks.Where(isRun).SelectMany(block => block.Steps())];
        List<string> script = [Prelude];
        bool IsKnown(string name) => environment.ContainsKey(name) || name is "HOLD" or "SCHEDULE";
        foreach ((int number, Step step) in steps.Index())
        {
            string text = Name()
                .Replace(step.Text, match => IsKnown(match.Value) ? $"\"${match.Value}\"" : match.Value)
                .Replace("<id>", "\"$ID\"", StringComparison.Ordinal);
            foreach ((string onPage, string here) in paths)
            {
                text = text.Replace(onPage, here, StringComparison.Ordinal);
            }
            string file = string.Create(CultureInfo.InvariantCulture, $"\"$steps/{number}\"");
            script.Add(
                step.Fails
                    ? $"if {{\n{text}\n}} >{file} 2>&1; then echo 'succeeded: {number}' >&2; exit 1; fi"
                    : $"{{\n{text}\n}} >{file} 2>&1"
            );
        }
        Dictionary<string, string?> all = new(environment) { ["steps"] = outputs };
        string scriptFile = Path.Combine(directory, "script");
        await File.WriteAllLinesAsync(scriptFile, script);
        ProcessResult result = await ChildProcess.RunAsync("bash", [scriptFile], all, directory);
        string Shown(int number) =>
            Path.Combine(outputs, number.ToString(CultureInfo.InvariantCulture)) is var file && File.Exists(file)
                ? File.ReadAllText(file)
                : "";
        if (result.ExitCode != 0)
        {
            int last = Enumerable.Range(0, steps.Count).Last(number => Shown(number).Length > 0 || number == 0);
            Assert.Fail($"{page}: {steps[last].Text}\n{Shown(last)}\n{result.Error}");
        }
        foreach ((int number, Step step) in steps.Index())
        {
            string[] lines = Shown(number).Split('\n');
            Assert.All(step.Shown, shown => Assert.Contains(lines, line => Fits(shown, line)));
        }
    }

    private static bool Fits(string shown, string line) =>
        Regex.IsMatch(
            line,
            $"^{Regex.Escape(shown).Replace("…", ".*", StringComparison.Ordinal)}$",
            RegexOptions.NonBacktracking
        );

    private static string Unindented(Match match)
    {
        int indent = match.Groups["indent"].Length;
        return string.Join(
            '\n',
            match
                .Groups["text"]
                .Value.TrimEnd('\n')
                .Split('\n')
                .Select(line => line.Length < indent ? "" : line[indent..])
        );
    }

    // What stands for a value: not a variable's name, nor a part of a word or a path.
    [GeneratedRegex(@"(?<![\w$""{/.=-])[A-Z]+(?![\w=./…])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^(?<indent> *)```(?<language>\w*)\n(?<text>(.*\n)*?) *```$",
        RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Fenced();

    [GeneratedRegex(
        @"^(\$ |(holdfast|restic|curl|openstack|systemctl|\./dev|\.) )",
        RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Command();

    // Blocks are fenced: a command that is only indented would not be seen.
    [GeneratedRegex(
        @"^    (\$ |(holdfast|restic|curl|openstack|systemctl|\./dev) )",
        RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Indented();

    /// <summary>One fenced block.</summary>
    public sealed record Block(string Language, string Text)
    {
        public string FirstLine => Text.Split('\n')[0];

        internal IEnumerable<Step> Steps()
        {
            if (Language != "console" && !FirstLine.StartsWith("$ ", StringComparison.Ordinal))
            {
                return [new Step(Text, [])];
            }
            List<Step> steps = [];
            foreach (string line in Text.Split('\n'))
            {
                if (line.StartsWith("$ ", StringComparison.Ordinal))
                {
                    steps.Add(new Step(line[2..], []));
                }
                else
                {
                    steps[^1].Shown.Add(line);
                }
            }
            return steps;
        }
    }

    internal sealed record Step(string Text, List<string> Shown)
    {
        public bool Fails => Shown.Any(line => Error().IsMatch(line));
    }

    [GeneratedRegex("^(error|holdfast|denied): ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Error();
}
