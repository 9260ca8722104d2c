using Holdfast.Core;
using Holdfast.Core.Services;

namespace Holdfast.Api.Identity;

/// <summary>The body of <c>POST /v3/auth/tokens</c>: one method with what it needs, and what the token is to be for.</summary>
/// <param name="User">With <paramref name="Password"/>; both null for the method <c>token</c>.</param>
internal sealed record LoginRequest(IdentityReference? User, string? Password, string? Token, LoginScope Scope)
{
    public static LoginRequest Parse(IdentityBody body)
    {
        IdentityBody auth = body.Object("auth");
        IdentityBody identity = auth.Object("identity");
        IReadOnlyList<string> methods = identity.Texts("methods");
        LoginScope scope = ParseScope(auth);
        if (methods is ["password"])
        {
            IdentityBody user = identity.Object("password").Object("user");
            return new LoginRequest(Reference(user, "user"), user.Text("password"), null, scope);
        }
        return methods is ["token"]
            ? new LoginRequest(null, null, identity.Object("token").Text("id"), scope)
            : throw new ServiceError(
                ServiceErrorKind.Unauthenticated,
                "Attempted to authenticate with an unsupported method."
            );
    }

    private static LoginScope ParseScope(IdentityBody auth)
    {
        if (!auth.Has("scope"))
        {
            return new LoginScope(LoginScopeKind.Default);
        }
        if (auth.IsText("scope", "unscoped"))
        {
            return new LoginScope(LoginScopeKind.Unscoped);
        }
        IdentityBody scope = auth.Object("scope");
        if (scope.OptionalObject("project") is { } project)
        {
            return new LoginScope(LoginScopeKind.Project, Reference(project, "project"));
        }
        return new LoginScope(scope.Has("unscoped") ? LoginScopeKind.Unscoped : LoginScopeKind.Elsewhere);
    }

    private static IdentityReference Reference(IdentityBody body, string kind)
    {
        IdentityBody? domain = body.OptionalObject("domain");
        IdentityReference reference = new(
            body.OptionalText("id"),
            body.OptionalText("name"),
            domain?.OptionalText("id"),
            domain?.OptionalText("name")
        );
        if (reference is { Id: null, Name: null })
        {
            throw IdentityError.BadRequest($"Expecting to find id or name in {kind}.");
        }
        return reference is { Id: null, DomainId: null, DomainName: null }
            ? throw IdentityError.BadRequest($"Expecting to find domain in {kind}.")
            : reference;
    }
}
