namespace Holdfast.Core.Access;

/// <summary>A project that a person may work in.</summary>
public sealed record ProjectChoice(string Id, string Name);

/// <summary>Whom a token is of, in words for people.</summary>
/// <param name="ProjectName">Null for a token without a project.</param>
/// <param name="Projects">All that the person may choose from.</param>
public sealed record Person(string UserName, string? ProjectName, IReadOnlyList<ProjectChoice> Projects);

/// <summary>Signing people in, with the accounts whose tokens <see cref="ITokenValidator"/> lets in.</summary>
/// <remarks>
/// Everything throws <see cref="ServiceError"/>: of kind <see cref="ServiceErrorKind.Unauthenticated"/> whatever was wrong,
/// <see cref="ServiceErrorKind.TooManyRequests"/>, or <see cref="ServiceErrorKind.Unavailable"/>.
/// </remarks>
public interface ISignIn
{
    /// <summary>The domain that users are of unless they say another; null where there is one domain only.</summary>
    string? DefaultDomain { get; }

    /// <param name="domain">The user's domain by its name; null is the default.</param>
    /// <param name="address">Whence the request came; null when that cannot be known.</param>
    /// <returns>A token, of the user's default project or of none.</returns>
    Task<string> WithPasswordAsync(
        string user,
        string? domain,
        string password,
        string? address,
        CancellationToken cancellationToken
    );

    /// <returns>A token of the project, which expires when the one shown does.</returns>
    Task<string> WithProjectAsync(string token, string projectId, CancellationToken cancellationToken);

    /// <param name="caller">Whose the token is.</param>
    Task<Person> DescribeAsync(Caller caller, string token, CancellationToken cancellationToken);

    /// <summary>From now on nobody is let in by it.</summary>
    Task RevokeAsync(Caller caller, string token, CancellationToken cancellationToken);
}
