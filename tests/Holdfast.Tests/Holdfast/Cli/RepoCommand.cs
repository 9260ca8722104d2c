using System.Text.Json;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.Tests.Cli;

/// <summary>The real executable, on one repository.</summary>
internal sealed class RepoCommand
{
    private const string Password = "correct horse";

    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "holdfast");

    private readonly string repository;
    private readonly string passwordFile;

    private readonly IReadOnlyDictionary<string, string?> environment;

    /// <param name="repository">Where it is; in the directory by default.</param>
    /// <param name="environment">Of ours and of restic, beside this process's own.</param>
    public RepoCommand(
        TemporaryDirectory directory,
        string? repository = null,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        this.repository = repository ?? directory["repository"];
        this.environment = environment ?? new Dictionary<string, string?>();
        passwordFile = directory["password"];
        File.WriteAllText(passwordFile, $"{Password}\n");
        Restic = new Restic(this.repository, Password, this.environment);
    }

    /// <summary>The judge, on the same repository.</summary>
    public Restic Restic { get; }

    public string Repository => repository;

    public ChildProcess Start(params IEnumerable<string> arguments) => StartAs([Executable, "repo", .. arguments]);

    /// <summary>Runs a verb beneath another program, for example strace, whatever its exit code.</summary>
    public async Task<ProcessResult> RunUnderAsync(string[] program, params IEnumerable<string> arguments)
    {
        await using ChildProcess process = StartAs([.. program, Executable, "repo", .. arguments]);
        return await process.WaitForExitAsync();
    }

    private ChildProcess StartAs(string[] command) =>
        ChildProcess.Start(
            command[0],
            command[1..],
            new Dictionary<string, string?>(environment)
            {
                ["RESTIC_REPOSITORY"] = repository,
                ["RESTIC_PASSWORD_FILE"] = passwordFile,
                ["RESTIC_PASSWORD"] = null,
                ["RESTIC_HOST"] = null,
                ["TZ"] = "UTC",
            }
        );

    /// <summary>Runs a verb to its end, whatever its exit code.</summary>
    public async Task<ProcessResult> TryAsync(params IEnumerable<string> arguments)
    {
        await using ChildProcess process = Start(arguments);
        return await process.WaitForExitAsync();
    }

    /// <summary>Runs a verb, which must succeed, and returns its standard output.</summary>
    public async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        string[] all = [.. arguments];
        return (await TryAsync(all)).Checked($"holdfast repo {string.Join(' ', all)}").Output;
    }

    /// <summary>Runs a verb with <c>--json</c> and returns its last object.</summary>
    public async Task<JsonElement> JsonAsync(params IEnumerable<string> arguments)
    {
        string output = await RunAsync([.. arguments, "--json"]);
        return JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
    }
}
