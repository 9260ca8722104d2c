using Holdfast.Core.Model;

namespace Holdfast.Core.Access;

/// <summary>
/// Whether a password is a user's: in the same time for a wrong password, a disabled user and nobody at all, and slower
/// the more often it was wrong, as <see cref="LoginAttempts"/> counts.
/// </summary>
public sealed class LoginGate(Passwords passwords, TimeProvider time)
{
    /// <summary>Characters of a user's name or id. No user has a longer one, and whoever asks chooses what is counted.</summary>
    public const int LongestName = 255;

    private readonly LoginAttempts attempts = new(time);

    /// <param name="user">Null: there is no such user.</param>
    /// <param name="name">What the request called the user.</param>
    /// <param name="address">Whence it came; null when that cannot be known.</param>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Unauthenticated"/>; <see cref="ServiceErrorKind.TooManyRequests"/> before the password
    /// was looked at.
    /// </exception>
    public async Task<User> PassAsync(
        User? user,
        string name,
        string password,
        string? address,
        CancellationToken cancellationToken
    )
    {
        if (name.Length > LongestName)
        {
            throw ServiceError.Unauthenticated();
        }
        Action succeeded = attempts.Begin(user?.Id ?? name, address);
        if (
            !await passwords.VerifyAsync(password, user?.PasswordHash, cancellationToken)
            || user is not { Enabled: true }
        )
        {
            throw ServiceError.Unauthenticated();
        }
        succeeded();
        return user;
    }
}
