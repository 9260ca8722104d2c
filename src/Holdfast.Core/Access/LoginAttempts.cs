namespace Holdfast.Core.Access;

/// <summary>
/// How often anybody may fail to log in. Counted by address, by user, and by the two together, the strictest: so that one
/// address that guesses at a user does not keep the user out elsewhere. Safe for many threads.
/// </summary>
public sealed class LoginAttempts(TimeProvider time)
{
    private readonly LoginThrottle addresses = new(LoginAllowance.Address, time);
    private readonly LoginThrottle pairs = new(LoginAllowance.UserAtAddress, time);
    private readonly LoginThrottle users = new(LoginAllowance.User, time);

    /// <param name="who">Whom the login is about.</param>
    /// <param name="address">Whence it came; null when that cannot be known.</param>
    /// <returns>To be called when the attempt was no failure.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.TooManyRequests"/>.</exception>
    public Action Begin(string who, string? address)
    {
        (LoginThrottle Throttle, string Key)[] counted =
        [
            (addresses, address ?? ""),
            (pairs, $"{address} {who}"),
            (users, who),
        ];
        for (int at = 0; at < counted.Length; at++)
        {
            if (counted[at].Throttle.Take(counted[at].Key) is { } wait)
            {
                // Nothing was tried: an attempt that is refused here must not count elsewhere.
                GiveBack(counted.AsSpan(0, at));
                throw TooMany(wait);
            }
        }
        return () => GiveBack(counted);
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
