using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Core.Access;

namespace Holdfast.Cli.Policies;

/// <summary>A caller in a file: the attributes that rules know, or the body of Keystone's answer to a login.</summary>
internal static class CallerJson
{
    /// <exception cref="CommandError">It is neither.</exception>
    public static Caller Read(string path)
    {
        try
        {
            JsonObject body =
                JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject
                ?? throw new JsonException("this is no JSON object.");
            return body["token"] is JsonObject token
                ? Caller(
                    token["project"]?["id"],
                    token["user"]?["id"],
                    Roles(token["roles"], role => role?["name"])
                ) with
                {
                    ProjectDomainId = token["project"]?["domain"]?["id"]?.GetValue<string>(),
                    UserDomainId = token["user"]?["domain"]?["id"]?.GetValue<string>(),
                }
                : Caller(body["project_id"], body["user_id"], Roles(body["roles"], role => role)) with
                {
                    ProjectDomainId = body["project_domain_id"]?.GetValue<string>(),
                    UserDomainId = body["user_domain_id"]?.GetValue<string>(),
                };
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new CommandError(
                ExitCode.Undecided,
                $"{path} does not say who asks: {error.Message}",
                """It holds {"roles": ["member"], "project_id": "…", "user_id": "…"}, or a token as Keystone shows it."""
            );
        }
    }

    private static Caller Caller(JsonNode? project, JsonNode? user, IEnumerable<string> roles) =>
        new(
            project?.GetValue<string>() ?? "",
            user?.GetValue<string>() ?? "",
            roles.ToHashSet(StringComparer.Ordinal),
            RequestId: ""
        );

    private static IEnumerable<string> Roles(JsonNode? roles, Func<JsonNode?, JsonNode?> name) =>
        (roles?.AsArray() ?? []).Select(role =>
            (name(role) ?? throw new JsonException("a role has no name.")).GetValue<string>().ToLowerInvariant()
        );
}
