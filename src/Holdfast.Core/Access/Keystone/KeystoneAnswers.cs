using System.Globalization;
using System.Text.Json;

namespace Holdfast.Core.Access.Keystone;

/// <summary>Reads the <c>token</c> object that Keystone describes a token with.</summary>
internal static class KeystoneAnswers
{
    // Keystone's own bound of an id is 64 characters; directories of other services may have longer ones of users.
    private const int LongestUserId = 255;

    /// <summary>
    /// A token of a project brings its roles in it; one of a domain, of the whole system or of nothing is a caller's without
    /// a project. So is one of a project whose id is none that Manila would route (<see cref="IdentityId.IsProject"/>): an id
    /// names things in the store.
    /// </summary>
    /// <exception cref="KeystoneError">It is not what Keystone answers.</exception>
    public static ValidToken ReadToken(byte[] body) =>
        Read(
            body,
            token =>
            {
                string user = Text(token.GetProperty("user"), "id");
                string? project = token.TryGetProperty("project", out JsonElement scope) ? Text(scope, "id") : null;
                return user.Length is > 0 and <= LongestUserId
                    ? new ValidToken(
                        user,
                        project is not null && IdentityId.IsProject(project) ? project : null,
                        Roles(token),
                        Time(token, "expires_at")
                    )
                    {
                        UserDomainId = DomainOf(token, "user"),
                        ProjectDomainId = DomainOf(token, "project"),
                    }
                    : throw new FormatException("a user's id is too long");
            }
        );

    /// <inheritdoc cref="ReadToken"/>
    public static ServiceToken ReadServiceToken(string text, byte[] body) =>
        Read(body, token => new ServiceToken(text, Time(token, "expires_at") - Time(token, "issued_at"), Roles(token)));

    /// <summary>The names of a token's user and project.</summary>
    /// <inheritdoc cref="ReadToken" path="/exception"/>
    public static (string User, string? Project) ReadNames(byte[] body) =>
        Read(
            body,
            token =>
                (
                    Text(token.GetProperty("user"), "name"),
                    token.TryGetProperty("project", out JsonElement project) ? Text(project, "name") : null
                )
        );

    /// <summary>The projects of a list that can be worked in here: enabled, and with an id that Manila would route.</summary>
    /// <inheritdoc cref="ReadToken" path="/exception"/>
    public static IReadOnlyList<ProjectChoice> ReadProjects(byte[] body) =>
        Read(
            body,
            projects =>
                (IReadOnlyList<ProjectChoice>)
                    [
                        .. projects
                            .EnumerateArray()
                            .Where(one =>
                                !one.TryGetProperty("enabled", out JsonElement enabled) || enabled.GetBoolean()
                            )
                            .Select(one => new ProjectChoice(Text(one, "id"), Text(one, "name")))
                            .Where(one => IdentityId.IsProject(one.Id))
                            .OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase),
                    ],
            "projects"
        );

    private static T Read<T>(byte[] body, Func<JsonElement, T> read, string of = "token")
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return read(document.RootElement.GetProperty(of));
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new KeystoneError(KeystoneErrorKind.Away, $"Keystone describes a {of} as it should not.", error);
        }
    }

    private static HashSet<string> Roles(JsonElement token) =>
        token.TryGetProperty("roles", out JsonElement roles)
            ? [.. roles.EnumerateArray().Select(role => Text(role, "name").ToLowerInvariant())]
            : [];

    private static string? DomainOf(JsonElement token, string name) =>
        token.TryGetProperty(name, out JsonElement one) && one.TryGetProperty("domain", out JsonElement domain)
            ? Text(domain, "id")
            : null;

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static DateTimeOffset Time(JsonElement token, string name) =>
        DateTimeOffset.Parse(Text(token, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
