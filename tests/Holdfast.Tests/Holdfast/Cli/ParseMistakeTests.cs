using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>The real executable, called with words that it does not know.</summary>
public sealed class ParseMistakeTests
{
    [Theory]
    [InlineData("bakcup", "'holdfast' has no verb 'bakcup'; did you mean 'backup'?", 1)]
    [InlineData("backup lsit", "'holdfast backup' has no verb 'lsit'; did you mean 'list'?", 1)]
    [InlineData("backup list --jsno", "'holdfast backup list' has no option '--jsno'; did you mean '--json'?", 1)]
    [InlineData("serve --confg x", "'holdfast serve' has no option '--confg'; did you mean '--config'?", 1)]
    [InlineData("volume list --os-clod x", "'holdfast volume list' has no option '--os-clod'; did you mean", 1)]
    [InlineData("quaternion", "'holdfast' has no verb 'quaternion'\n", 1)]
    [InlineData("doctor now", "'holdfast doctor' has no argument 'now'", 1)]
    [InlineData("repo backup --compression best x", "Must be one of: 'auto' 'fast' 'max' 'off'", 1)]
    [InlineData("policy check", "'rule'", 2)]
    [InlineData("policy check --rol admin a", "did you mean '--role'?", 2)]
    public async Task A_wrong_word_is_told_with_what_was_likely_meant(string line, string said, int exitCode)
    {
        ProcessResult result = await RunAsync(line);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("holdfast: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.EndsWith(" --help lists what there is.", result.Error.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_json_it_is_the_object_that_every_failure_is()
    {
        JsonNode error = JsonNode.Parse((await RunAsync("bakcup --json")).Error)!;

        Assert.Equal(
            ("exit_error", 1, "'holdfast' has no verb 'bakcup'; did you mean 'backup'?"),
            (error["message_type"]!.GetValue<string>(), error["code"]!.GetValue<int>(), error["message"]!.ToString())
        );
    }

    [Fact]
    public async Task Who_names_no_verb_is_shown_what_there_is()
    {
        ProcessResult result = await RunAsync("backup");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Commands:", result.Output, StringComparison.Ordinal);
    }

    private static Task<ProcessResult> RunAsync(string line) =>
        ChildProcess.RunAsync(Path.Combine(AppContext.BaseDirectory, "holdfast"), line.Split(' '));
}
