using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>The script, sourced by a real bash that asks it as readline does.</summary>
public sealed class CompletionVerbTests
{
    // What readline sets before it calls the function, for a line whose cursor is at its end.
    private const string Ask = """
        PATH=$1:$PATH
        source <(holdfast completion bash) || exit 1
        COMP_LINE=$2 COMP_POINT=${#2}
        read -ra COMP_WORDS <<<"$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        spec=$(complete -p holdfast) || exit 1
        [[ $spec =~ -F\ ([^ ]+) ]] || exit 1
        "${BASH_REMATCH[1]}"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [Theory]
    [InlineData("holdfast ba", "backup")]
    [InlineData("holdfast repo sn", "snapshots")]
    [InlineData("holdfast doctor --con", "--config")]
    [InlineData("holdfast repo backup --compression ", "auto", "fast", "max", "off")]
    [InlineData("holdfast repo backup --compression m", "max")]
    [InlineData("holdfast completion ", "bash")]
    [InlineData("holdfast policy ", "check", "list")]
    public async Task What_may_stand_there_is_offered(string line, params string[] offered) =>
        Assert.Equal(offered, await OfferedAsync(line));

    [Fact]
    public async Task Options_of_all_verbs_and_of_the_verb_are_offered_to_who_begins_one()
    {
        IReadOnlyList<string> offered = await OfferedAsync("holdfast doctor -");
        Assert.Superset(new HashSet<string> { "--config", "--json", "--quiet" }, offered.ToHashSet());
        Assert.DoesNotContain("--compression", offered);
        Assert.All(offered, word => Assert.StartsWith("-", word, StringComparison.Ordinal));
    }

    /// <summary>Nothing of ours, so that bash offers files.</summary>
    [Fact]
    public async Task A_path_is_left_to_bash() => Assert.Empty(await OfferedAsync("holdfast doctor --config /et"));

    private static async Task<IReadOnlyList<string>> OfferedAsync(string line)
    {
        string directory = AppContext.BaseDirectory;
        ProcessResult result = await ChildProcess.RunAsync(
            "bash",
            ["--norc", "-c", Ask, "bash", directory, line],
            new Dictionary<string, string?> { ["LC_ALL"] = "C" }
        );
        return result.Checked("bash").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
