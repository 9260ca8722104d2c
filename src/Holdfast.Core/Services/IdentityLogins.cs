using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>A user or project as a request names it: by id, or by name in a domain. Null is not said.</summary>
public sealed record IdentityReference(string? Id, string? Name, string? DomainId, string? DomainName)
{
    /// <summary>False when a domain is meant that is not ours. By id no domain needs to be said.</summary>
    public bool InDefaultDomain =>
        (DomainId is null or DefaultDomain.Id)
        && (DomainName is null or DefaultDomain.Name)
        && (Id is not null || DomainId is not null || DomainName is not null);
}

public enum LoginScopeKind
{
    /// <summary>Not said: the user's default project, if there is one with a role of theirs in it; else none.</summary>
    Default,
    Unscoped,
    Project,

    /// <summary>A domain or the system, where nobody has a role.</summary>
    Elsewhere,
}

public sealed record LoginScope(LoginScopeKind Kind, IdentityReference? Project = null);

/// <summary>A token, the rows it stands for, and its roles as a client is told them.</summary>
public sealed record TokenDetails(CheckedToken Token, IReadOnlyList<Role> Roles);

/// <summary>Tokens as use cases: logging in, looking at one, ending one.</summary>
public sealed class IdentityLogins(IdentityCatalog catalog, LocalTokens tokens, LoginGate gate)
{
    /// <summary>Whatever is wrong, be it user, password, project or role, the answer is the same.</summary>
    /// <param name="address">Whence the request came; null when that cannot be known.</param>
    public async Task<(string Text, TokenDetails Details)> WithPasswordAsync(
        IdentityReference reference,
        string password,
        LoginScope scope,
        string? address,
        CancellationToken cancellationToken
    )
    {
        User? user = await FindUserAsync(reference, cancellationToken);
        User known = await gate.PassAsync(
            user,
            reference.Id ?? reference.Name ?? "",
            password,
            address,
            cancellationToken
        );
        return await IssueAsync(known, LoginMethods.Password, null, scope, cancellationToken);
    }

    /// <summary>A token for another: it expires when the first one does.</summary>
    public async Task<(string Text, TokenDetails Details)> WithTokenAsync(
        string token,
        LoginScope scope,
        CancellationToken cancellationToken
    )
    {
        CheckedToken shown = await tokens.CheckAsync(token, cancellationToken) ?? throw ServiceError.Unauthenticated();
        return await IssueAsync(shown.User, LoginMethods.Token, shown.Claims, scope, cancellationToken);
    }

    /// <summary>One's own token, or any for an administrator.</summary>
    public async Task<TokenDetails> GetAsync(Caller caller, string? subject, CancellationToken cancellationToken)
    {
        CheckedToken found = await FindAsync(subject, cancellationToken);
        IdentityPolicy.RequireAdminOrSelf(caller, found.User.Id, "identity:validate_token");
        return new TokenDetails(found, await RolesAsync(found.Roles, cancellationToken));
    }

    /// <summary>From now on nobody is let in by it.</summary>
    public async Task RevokeAsync(Caller caller, string? subject, CancellationToken cancellationToken)
    {
        CheckedToken found = await FindAsync(subject, cancellationToken);
        IdentityPolicy.RequireAdminOrSelf(caller, found.User.Id, "identity:revoke_token");
        await tokens.RevokeAsync(found.Claims, cancellationToken);
    }

    /// <summary>The projects that the caller can have a token for.</summary>
    public async Task<IReadOnlyList<Project>> ProjectsAsync(Caller caller, CancellationToken cancellationToken) =>
        [.. (await OfUserAsync(caller.UserId, cancellationToken)).Where(project => project.Enabled)];

    private async Task<(string Text, TokenDetails Details)> IssueAsync(
        User user,
        LoginMethods methods,
        TokenClaims? parent,
        LoginScope scope,
        CancellationToken cancellationToken
    )
    {
        Project? project = await FindProjectAsync(user, scope, cancellationToken);
        (string text, TokenClaims claims) = await tokens.IssueAsync(user, project, methods, parent, cancellationToken);
        // What was signed is held against the rows once more, so that no token leaves that would not be let in.
        CheckedToken token = await tokens.CheckAsync(text, cancellationToken) ?? throw ServiceError.Unauthenticated();
        return (
            text,
            new TokenDetails(token with { Claims = claims }, await RolesAsync(token.Roles, cancellationToken))
        );
    }

    private async Task<User?> FindUserAsync(IdentityReference reference, CancellationToken cancellationToken)
    {
        if (!reference.InDefaultDomain)
        {
            return null;
        }
        if (reference.Id is not null)
        {
            return await catalog.ReadAsync(rows => rows.Users.FindAsync(reference.Id), cancellationToken);
        }
        return reference.Name is null
            ? null
            : await catalog.ReadAsync(rows => rows.Users.FindByNameAsync(reference.Name), cancellationToken);
    }

    /// <returns>Null for an unscoped token.</returns>
    private async Task<Project?> FindProjectAsync(User user, LoginScope scope, CancellationToken cancellationToken)
    {
        if (scope.Kind is LoginScopeKind.Unscoped)
        {
            return null;
        }
        IEnumerable<Project> open = (await OfUserAsync(user.Id, cancellationToken)).Where(project => project.Enabled);
        if (scope.Kind is LoginScopeKind.Default)
        {
            return open.FirstOrDefault(project => project.Id == user.DefaultProjectId);
        }
        return
            scope.Project is { InDefaultDomain: true } wanted
            && open.FirstOrDefault(project => wanted.Id is null ? project.Name == wanted.Name : project.Id == wanted.Id)
                is { } found
            ? found
            : throw ServiceError.Unauthenticated();
    }

    private async Task<CheckedToken> FindAsync(string? subject, CancellationToken cancellationToken) =>
        (subject is null ? null : await tokens.CheckAsync(subject, cancellationToken))
        ?? throw ServiceError.NotFound("Could not find token.");

    private async Task<IReadOnlyList<Role>> RolesAsync(IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        IReadOnlyList<Role> roles = await catalog.ReadAsync(rows => rows.Roles.ListAsync(), cancellationToken);
        return [.. roles.Where(role => names.Contains(role.Name))];
    }

    private Task<IReadOnlyList<Project>> OfUserAsync(string userId, CancellationToken cancellationToken) =>
        catalog.ReadAsync(rows => rows.Projects.OfUserAsync(userId), cancellationToken);
}
