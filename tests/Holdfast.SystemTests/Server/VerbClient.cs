using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>A verb that asks a running service, such as <c>operation</c>, with these variables and no other of a cloud.</summary>
public sealed class VerbClient(
    HoldfastServer server,
    string verb,
    IReadOnlyDictionary<string, string?> variables,
    string? directory = null
)
{
    public static Dictionary<string, string?> Variables(HoldfastServer server, Tenant tenant) =>
        new()
        {
            ["OS_AUTH_URL"] = $"{server.Url}identity/v3",
            ["OS_USERNAME"] = tenant.Name,
            ["OS_PASSWORD"] = tenant.Password,
            ["OS_PROJECT_NAME"] = tenant.Name,
        };

    /// <summary>As <c>admin-openrc</c> has them.</summary>
    public static Dictionary<string, string?> AdminVariables(HoldfastServer server) =>
        new()
        {
            ["OS_AUTH_URL"] = $"{server.Url}identity/v3",
            ["OS_IDENTITY_API_VERSION"] = "3",
            ["OS_USERNAME"] = "admin",
            ["OS_PASSWORD"] = HoldfastServer.AdminPassword,
            ["OS_PROJECT_NAME"] = "admin",
            ["OS_USER_DOMAIN_ID"] = "default",
            ["OS_PROJECT_DOMAIN_ID"] = "default",
        };

    public async Task<JsonNode> AskAsync(params string[] arguments) =>
        JsonNode.Parse((await RunAsync([.. arguments, "--json"])).Checked($"holdfast {verb}").Output)!;

    public Task<ProcessResult> RunAsync(params string[] arguments) =>
        ChildProcess.RunAsync(
            HoldfastServer.Command[0],
            [.. HoldfastServer.Command.Skip(1), verb, .. arguments],
            variables,
            directory ?? server.Scratch.Path
        );
}
