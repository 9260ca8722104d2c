using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>People of local identity, signed in as its API signs clients in.</summary>
public sealed class LocalSignIn(IdentityLogins logins) : ISignIn
{
    public string? DefaultDomain => null;

    public async Task<string> WithPasswordAsync(
        string user,
        string? domain,
        string password,
        string? address,
        CancellationToken cancellationToken
    )
    {
        IdentityReference reference = new(null, user, Model.DefaultDomain.Id, null);
        LoginScope scope = new(LoginScopeKind.Default);
        return (await logins.WithPasswordAsync(reference, password, scope, address, cancellationToken)).Text;
    }

    public async Task<string> WithProjectAsync(string token, string projectId, CancellationToken cancellationToken)
    {
        IdentityReference project = new(projectId, null, null, null);
        LoginScope scope = new(LoginScopeKind.Project, project);
        return (await logins.WithTokenAsync(token, scope, cancellationToken)).Text;
    }

    public async Task<Person> DescribeAsync(Caller caller, string token, CancellationToken cancellationToken)
    {
        TokenDetails details = await logins.GetAsync(caller, token, cancellationToken);
        IReadOnlyList<Project> projects = await logins.ProjectsAsync(caller, cancellationToken);
        return new Person(
            details.Token.User.Name,
            details.Token.Project?.Name,
            [
                .. projects
                    .OrderBy(project => project.Name, StringComparer.OrdinalIgnoreCase)
                    .Select(project => new ProjectChoice(project.Id, project.Name)),
            ]
        );
    }

    public Task RevokeAsync(Caller caller, string token, CancellationToken cancellationToken) =>
        logins.RevokeAsync(caller, token, cancellationToken);
}
