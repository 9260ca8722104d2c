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

    private static T Read<T>(byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return read(document.RootElement.GetProperty("token"));
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new KeystoneError(KeystoneErrorKind.Away, "Keystone describes a token as it should not.", error);
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
