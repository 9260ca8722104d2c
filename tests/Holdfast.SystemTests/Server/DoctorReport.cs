using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Server;

/// <summary>What <c>holdfast doctor --json</c> has said.</summary>
public sealed class DoctorReport
{
    private readonly ProcessResult result;
    private readonly IReadOnlyList<JsonNode> objects;

    private DoctorReport(ProcessResult result)
    {
        this.result = result;
        Assert.Equal("", result.Error);
        objects = [.. result.Output.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!)];
    }

    public string Text => result.Output;

    /// <param name="environment">Beside this process's own.</param>
    /// <param name="before">Another program that runs it.</param>
    public static async Task<DoctorReport> AskAsync(
        IReadOnlyDictionary<string, string?> environment,
        string[]? before = null,
        params string[] arguments
    )
    {
        string[] command = [.. before ?? [], .. HoldfastServer.Command, "doctor", "--json", .. arguments];
        return new DoctorReport(
            await ChildProcess.RunAsync(command[0], command[1..], environment, workingDirectory: "/")
        );
    }

    /// <summary>Asks with the settings of a server, and others in place of or besides them.</summary>
    public static Task<DoctorReport> AskAsync(HoldfastServer server, params (string Name, string? Value)[] more)
    {
        Dictionary<string, string?> environment = new(server.Settings);
        foreach ((string name, string? value) in more)
        {
            environment[name] = value;
        }
        return AskAsync(environment);
    }

    /// <summary>Nothing wrong, and warnings at most.</summary>
    public void AssertHealthy()
    {
        Assert.Empty(Findings("mistake"));
        Assert.Equal(0, result.ExitCode);
    }

    /// <summary>One mistake, and which; each says what to do.</summary>
    public void AssertMistake(string check, string found)
    {
        JsonNode mistake = Assert.Single(Findings("mistake"));
        Assert.Equal(check, mistake["check"]!.GetValue<string>());
        Assert.Contains(found, mistake["found"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual("", mistake["advice"]!.GetValue<string>());
        Assert.Equal(1, result.ExitCode);
    }

    public void AssertWarning(string check, string found) => AssertHas("warning", check, found);

    public void AssertOk(string check, string found) => AssertHas("ok", check, found);

    public void AssertHas(string level, string check, string found) =>
        Assert.Contains(
            Findings(level),
            one =>
                one["check"]!.GetValue<string>() == check
                && one["found"]!.GetValue<string>().Contains(found, StringComparison.Ordinal)
        );

    private List<JsonNode> Findings(string level) =>
        [
            .. objects.Where(one =>
                one["message_type"]!.GetValue<string>() == "finding" && one["level"]!.GetValue<string>() == level
            ),
        ];
}
