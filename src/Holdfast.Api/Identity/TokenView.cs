using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Identity;

internal static class TokenView
{
    /// <param name="catalogue">Null leaves it out, as for an unscoped token.</param>
    public static JsonObject Of(TokenDetails details, IdentityServiceCatalogue? catalogue)
    {
        (TokenClaims claims, User user, Project? project, _) = details.Token;
        JsonObject token = new()
        {
            ["methods"] = Methods(claims.Methods),
            ["user"] = new JsonObject
            {
                ["id"] = user.Id,
                ["name"] = user.Name,
                ["domain"] = Domain(),
                ["password_expires_at"] = null,
            },
            ["audit_ids"] = AuditIds(claims),
            ["expires_at"] = Time(claims.ExpiresAt),
            ["issued_at"] = Time(claims.IssuedAt),
        };
        if (project is null)
        {
            return token;
        }
        token["project"] = new JsonObject
        {
            ["id"] = project.Id,
            ["name"] = project.Name,
            ["domain"] = Domain(),
        };
        token["is_domain"] = false;
        token["roles"] = new JsonArray([
            .. details.Roles.Select(role => new JsonObject { ["id"] = role.Id, ["name"] = role.Name }),
        ]);
        if (catalogue is not null)
        {
            token["catalog"] = CatalogueView.Of(catalogue, project.Id);
        }
        return token;
    }

    private static JsonObject Domain() => new() { ["id"] = DefaultDomain.Id, ["name"] = DefaultDomain.Name };

    private static JsonArray Methods(LoginMethods methods)
    {
        JsonArray names = [];
        if (methods.HasFlag(LoginMethods.Token))
        {
            names.Add("token");
        }
        if (methods.HasFlag(LoginMethods.Password))
        {
            names.Add("password");
        }
        return names;
    }

    private static JsonArray AuditIds(TokenClaims claims)
    {
        JsonArray ids = [AuditId(claims.AuditId)];
        if (claims.Chain is { } chain)
        {
            ids.Add(AuditId(chain));
        }
        return ids;
    }

    private static string AuditId(Guid id) => Base64Url.EncodeToString(id.ToByteArray());

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
