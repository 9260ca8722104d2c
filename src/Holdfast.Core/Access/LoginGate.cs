using Holdfast.Core.Model;

namespace Holdfast.Core.Access;

/// <summary>
/// Whether a password is a user's: in the same time for a wrong password, a disabled user and nobody at all, and slower
/// the more often it was wrong. Counted by address, by user, and by the two together, the strictest: so that one address
/// that guesses at a user does not keep the user out elsewhere.
/// </summary>
public sealed class LoginGate(Passwords passwords, TimeProvider time)
{
    /// <summary>Characters of a user's name or id. No user has a longer one, and whoever asks chooses what is counted.</summary>
    public const int LongestName = 255;

    private readonly LoginThrottle addresses = new(LoginAllowance.Address, time);
    private readonly LoginThrottle pairs = new(LoginAllowance.UserAtAddress, time);
    private readonly LoginThrottle users = new(LoginAllowance.User, time);

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
        string who = user?.Id ?? name;
        (LoginThrottle Throttle, string Key)[] counted =
        [
            (addresses, address ?? ""),
            (pairs, $"{address} {who}"),
            (users, who),
        ];
        Take(counted);
        if (
            !await passwords.VerifyAsync(password, user?.PasswordHash, cancellationToken)
            || user is not { Enabled: true }
        )
        {
            throw ServiceError.Unauthenticated();
        }
        GiveBack(counted);
        return user;
    }

    private static void Take(ReadOnlySpan<(LoginThrottle Throttle, string Key)> counted)
    {
        for (int at = 0; at < counted.Length; at++)
        {
            if (counted[at].Throttle.Take(counted[at].Key) is { } wait)
            {
                // Nothing was tried: an attempt that is refused here must not count elsewhere.
                GiveBack(counted[..at]);
                throw TooMany(wait);
            }
        }
    }

    private static void GiveBack(ReadOnlySpan<(LoginThrottle Throttle, string Key)> counted)
    {
        foreach ((LoginThrottle throttle, string key) in counted)
        {
            throttle.GiveBack(key);
        }
    }

    private static ServiceError TooMany(TimeSpan wait)
    {
        int seconds = (int)Math.Ceiling(wait.TotalSeconds);
        return new ServiceError(
            ServiceErrorKind.TooManyRequests,
            $"Too many failed logins. Try again in {seconds} seconds."
        )
        {
            RetryAfter = TimeSpan.FromSeconds(seconds),
        };
    }
}
