using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Access;

/// <summary>A token that holds now, with the rows it stands for.</summary>
/// <param name="Project">Null for an unscoped token.</param>
/// <param name="Roles">Names as they were given, implied roles included; empty for an unscoped token.</param>
public sealed record CheckedToken(TokenClaims Claims, User User, Project? Project, IReadOnlySet<string> Roles);

/// <summary>Makes tokens and holds them against the catalog.</summary>
public sealed class LocalTokens(IdentityCatalog catalog, TokenKeys keys, TimeProvider time)
{
    /// <summary>Signs a token of whole seconds.</summary>
    /// <param name="parent">The token that was shown for it: the new one expires no later.</param>
    public async Task<(string Text, TokenClaims Claims)> IssueAsync(
        User user,
        Project? project,
        LoginMethods methods,
        TokenClaims? parent,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        TokenClaims claims = new(
            Guid.NewGuid(),
            parent?.Chain ?? parent?.AuditId,
            methods | (parent?.Methods ?? LoginMethods.None),
            user.Id,
            project?.Id,
            now,
            parent?.ExpiresAt ?? now + TokenKeys.TokenLifetime,
            user.TokenEpoch,
            project?.TokenEpoch ?? 0
        );
        TokenKey key = await keys.SigningAsync(cancellationToken);
        return (SignedToken.Write(claims, key.Id, key.Secret), claims);
    }

    /// <returns>
    /// Null when the token is none of ours, has expired or was revoked, when its user or project is gone, disabled or has
    /// ended its tokens, or when the user has no role in the project any more.
    /// </returns>
    public async Task<CheckedToken?> CheckAsync(string text, CancellationToken cancellationToken)
    {
        if (await ReadAsync(text, cancellationToken) is not { } claims || claims.ExpiresAt <= time.GetUtcNow())
        {
            return null;
        }
        return await catalog.ReadAsync(rows => CheckAsync(rows, claims), cancellationToken);
    }

    /// <summary>From now on the token holds no more.</summary>
    public Task RevokeAsync(TokenClaims claims, CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async rows =>
            {
                await rows.Tokens.RevokeAsync(claims.AuditId, claims.ExpiresAt, time.GetUtcNow());
                return true;
            },
            cancellationToken
        );

    private async Task<TokenClaims?> ReadAsync(string text, CancellationToken cancellationToken) =>
        SignedToken.KeyIdOf(text) is { } id && await keys.FindAsync(id, cancellationToken) is { } key
            ? SignedToken.Read(text, key.Secret)
            : null;

    private static async Task<CheckedToken?> CheckAsync(ICatalogSession rows, TokenClaims claims)
    {
        if (
            await rows.Users.FindAsync(claims.UserId) is not { Enabled: true } user
            || user.TokenEpoch != claims.UserEpoch
            || await rows.Tokens.IsRevokedAsync(claims.AuditId)
        )
        {
            return null;
        }
        if (claims.ProjectId is null)
        {
            return new CheckedToken(claims, user, null, new HashSet<string>());
        }
        if (
            await rows.Projects.FindAsync(claims.ProjectId) is not { Enabled: true } project
            || project.TokenEpoch != claims.ProjectEpoch
        )
        {
            return null;
        }
        IReadOnlyList<string> given = await rows.RoleAssignments.RoleNamesAsync(project.Id, user.Id);
        return given.Count == 0
            ? null
            : new CheckedToken(claims, user, project, BaseRoles.WithImplied(given).ToHashSet());
    }
}
