using Holdfast.Core.Model;

namespace Holdfast.Core.Access;

/// <summary>
/// Whether a password is a user's: in the same time for a wrong password, a disabled user and nobody at all, and slower
/// the more often it was wrong.
/// </summary>
public sealed class LoginGate(Passwords passwords, TimeProvider time)
{
    private readonly LoginThrottle users = new(LoginAllowance.User, time);
    private readonly LoginThrottle addresses = new(LoginAllowance.Address, time);

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
        string key = user?.Id ?? name;
        if (address is not null)
        {
            Take(addresses, address);
        }
        Take(users, key);
        if (
            !await passwords.VerifyAsync(password, user?.PasswordHash, cancellationToken)
            || user is not { Enabled: true }
        )
        {
            throw ServiceError.Unauthenticated();
        }
        users.GiveBack(key);
        if (address is not null)
        {
            addresses.GiveBack(address);
        }
        return user;
    }

    private static void Take(LoginThrottle throttle, string key)
    {
        if (throttle.Take(key) is { } wait)
        {
            int seconds = (int)Math.Ceiling(wait.TotalSeconds);
            throw new ServiceError(
                ServiceErrorKind.TooManyRequests,
                $"Too many failed logins. Try again in {seconds} seconds."
            )
            {
                RetryAfter = TimeSpan.FromSeconds(seconds),
            };
        }
    }
}
