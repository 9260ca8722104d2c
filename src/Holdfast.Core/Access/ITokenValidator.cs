namespace Holdfast.Core.Access;

/// <summary>What a valid token says. Project is null for an unscoped token.</summary>
public sealed record ValidToken(string UserId, string? ProjectId, IReadOnlySet<string> Roles, DateTimeOffset ExpiresAt)
{
    public string? UserDomainId { get; init; }
    public string? ProjectDomainId { get; init; }
}

/// <summary>Local identity or Keystone: whose tokens a request may carry.</summary>
public interface ITokenValidator
{
    /// <returns>Null when the token is malformed, expired, revoked, or of a user or project that is gone or disabled.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: nobody could say; never a wrong yes.</exception>
    Task<ValidToken?> ValidateAsync(string token, CancellationToken cancellationToken);

    /// <summary>
    /// The same of a token that a service hands on with a token of its own: it may have expired since it was given to the
    /// service, where whoever made it allows that.
    /// </summary>
    Task<ValidToken?> ValidateEvenExpiredAsync(string token, CancellationToken cancellationToken) =>
        ValidateAsync(token, cancellationToken);
}
