using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>The distribution's <c>openstack</c> command, as one user in the project of the same name.</summary>
public sealed partial class StockClient(HoldfastServer server, string user, string password)
{
    private const string Executable = "/usr/bin/openstack";

    /// <summary>Another project than the one named as the user.</summary>
    public string? Project { get; init; }

    /// <summary>Where to sign in: at the server's own identity service, if nowhere else.</summary>
    public Uri Identity { get; init; } = new(server.Url, "identity/v3");

    /// <summary>The root directory of another release, whose client it is; null for this system's own.</summary>
    public string? Root { get; init; }

    /// <returns>The command's output as the JSON it prints.</returns>
    public async Task<JsonNode> AskAsync(params string[] arguments) =>
        JsonNode.Parse(await RunAsync([.. arguments, "-f", "json"]))!;

    /// <summary>A command that must succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments) =>
        (await TryAsync(arguments)).Checked($"openstack {string.Join(' ', arguments)}").Output;

    /// <summary>A command that must be refused.</summary>
    /// <returns>What the client tells its user, without the request's id.</returns>
    public async Task<string> FailAsync(params string[] arguments)
    {
        ProcessResult result = await TryAsync(arguments);
        return result.ExitCode == 1
            ? RequestId().Replace(result.Error, "")
            : throw new InvalidOperationException($"openstack {string.Join(' ', arguments)} ended {result.ExitCode}.");
    }

    [GeneratedRegex(@" \(Request-ID: req-[0-9a-f-]{36}\)", RegexOptions.NonBacktracking)]
    private static partial Regex RequestId();

    private Task<ProcessResult> TryAsync(IReadOnlyList<string> arguments)
    {
        string[] command = Root is null ? [Executable] : ["chroot", Root, Executable];
        return ChildProcess.RunAsync(
            command[0],
            [.. command.Skip(1), .. arguments],
            new Dictionary<string, string?>
            {
                ["OS_AUTH_URL"] = Identity.AbsoluteUri,
                ["OS_IDENTITY_API_VERSION"] = "3",
                ["OS_USERNAME"] = user,
                ["OS_PASSWORD"] = password,
                ["OS_PROJECT_NAME"] = Project ?? user,
                ["OS_USER_DOMAIN_ID"] = "default",
                ["OS_PROJECT_DOMAIN_ID"] = "default",
                ["OS_REGION_NAME"] = "RegionOne",
            }
        );
    }
}
