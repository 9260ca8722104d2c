using System.Text.Json.Nodes;

namespace Holdfast.Cli.Client;

/// <summary>What a cloud's identity service is sent for a token: Keystone's Identity v3.</summary>
internal static class SignIn
{
    /// <exception cref="CommandError">The cloud lacks something, or asks for a way to sign in that is not here.</exception>
    public static JsonObject Body(Cloud cloud)
    {
        string method = Method(cloud);
        JsonObject auth = new()
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray(method),
                [method] = method switch
                {
                    "token" => new JsonObject { ["id"] = cloud.Require("token") },
                    "application_credential" => ApplicationCredential(cloud),
                    _ => new JsonObject { ["user"] = UserWithPassword(cloud) },
                },
            },
        };
        // An application credential is of one project.
        if (method != "application_credential")
        {
            auth["scope"] = new JsonObject { ["project"] = Project(cloud) };
        }
        return new JsonObject { ["auth"] = auth };
    }

    /// <summary>Whether the same values may give another token when the first has run out.</summary>
    public static bool IsRepeatable(Cloud cloud) => Method(cloud) != "token";

    private static string Method(Cloud cloud) =>
        cloud["auth_type"] switch
        {
            "password" or "v3password" => "password",
            "token" or "v3token" => "token",
            "v3applicationcredential" => "application_credential",
            null when cloud["application_credential_secret"] is not null => "application_credential",
            null when cloud["token"] is not null => "token",
            null => "password",
            var other => throw new CommandError(
                ExitCode.Failed,
                $"{cloud.Name} asks for the sign-in '{other}', which is not supported",
                "Use password, token or v3applicationcredential."
            ),
        };

    private static JsonObject UserWithPassword(Cloud cloud)
    {
        JsonObject user = User(cloud);
        user["password"] = cloud.Require("password");
        return user;
    }

    private static JsonObject ApplicationCredential(Cloud cloud)
    {
        JsonObject credential = new() { ["secret"] = cloud.Require("application_credential_secret") };
        if (cloud["application_credential_id"] is { } id)
        {
            credential["id"] = id;
            return credential;
        }
        credential["name"] = cloud.Require("application_credential_id", "application_credential_name");
        credential["user"] = User(cloud);
        return credential;
    }

    private static JsonObject User(Cloud cloud) =>
        cloud["user_id"] is { } id
            ? new JsonObject { ["id"] = id }
            : new JsonObject
            {
                ["name"] = cloud.Require("username", "user_name"),
                ["domain"] = Domain(cloud, "user_domain"),
            };

    private static JsonObject Project(Cloud cloud) =>
        cloud["project_id", "tenant_id"] is { } id
            ? new JsonObject { ["id"] = id }
            : new JsonObject
            {
                ["name"] = cloud.Require("project_name", "tenant_name"),
                ["domain"] = Domain(cloud, "project_domain"),
            };

    private static JsonObject Domain(Cloud cloud, string whose) =>
        cloud[$"{whose}_id"] is { } id ? new JsonObject { ["id"] = id }
        : cloud[$"{whose}_name"] is { } name ? new JsonObject { ["name"] = name }
        : new JsonObject { ["id"] = cloud["default_domain", "default_domain_id"] ?? "default" };
}
