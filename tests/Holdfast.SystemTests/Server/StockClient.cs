using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>The distribution's <c>openstack</c> command, as one user in the project of the same name.</summary>
public sealed class StockClient(HoldfastServer server, string user, string password)
{
    /// <returns>The command's output as the JSON it prints.</returns>
    public async Task<JsonNode> AskAsync(params string[] arguments) =>
        JsonNode.Parse(await RunAsync([.. arguments, "-f", "json"]))!;

    /// <summary>A command that must succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments) =>
        (await TryAsync(arguments)).Checked($"openstack {string.Join(' ', arguments)}").Output;

    /// <summary>A command that must be refused.</summary>
    /// <returns>What the client tells its user.</returns>
    public async Task<string> FailAsync(params string[] arguments)
    {
        ProcessResult result = await TryAsync(arguments);
        return result.ExitCode == 1
            ? result.Error
            : throw new InvalidOperationException($"openstack {string.Join(' ', arguments)} ended {result.ExitCode}.");
    }

    private Task<ProcessResult> TryAsync(IReadOnlyList<string> arguments) =>
        ChildProcess.RunAsync(
            "/usr/bin/openstack",
            arguments,
            new Dictionary<string, string?>
            {
                ["OS_AUTH_URL"] = $"{server.Url}identity/v3",
                ["OS_IDENTITY_API_VERSION"] = "3",
                ["OS_USERNAME"] = user,
                ["OS_PASSWORD"] = password,
                ["OS_PROJECT_NAME"] = user,
                ["OS_USER_DOMAIN_ID"] = "default",
                ["OS_PROJECT_DOMAIN_ID"] = "default",
                ["OS_REGION_NAME"] = "RegionOne",
            }
        );
}
