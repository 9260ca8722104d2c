namespace Holdfast.Core.Access;

/// <summary>
/// How many failed logins one key (a user, an address) may have: a burst, then one more each interval. Attempts are paid
/// for beforehand and given back on success, so that many at once are no way around it.
/// </summary>
public sealed record LoginAllowance(int Burst, TimeSpan Interval)
{
    /// <summary>A person mistypes a few times; a program that guesses gets 17,280 tries a day.</summary>
    public static readonly LoginAllowance UserAtAddress = new(10, TimeSpan.FromSeconds(5));

    /// <summary>From all addresses together: 86,400 guesses a day find no password that is not on a list.</summary>
    public static readonly LoginAllowance User = new(100, TimeSpan.FromSeconds(1));

    /// <summary>Many people may share an address; this stops guessing across users.</summary>
    public static readonly LoginAllowance Address = new(100, TimeSpan.FromSeconds(1));
}

/// <summary>Slows down guessing. Remembers at most <paramref name="capacity"/> keys. Safe for many threads.</summary>
public sealed class LoginThrottle(LoginAllowance allowance, TimeProvider time, int capacity = 10_000)
{
    // Of each key, the moment at which its allowance is whole again (the generic cell rate algorithm): one number a key.
    private readonly Dictionary<string, DateTimeOffset> whole = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>How many keys are remembered.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return whole.Count;
            }
        }
    }

    /// <summary>Takes one attempt.</summary>
    /// <returns>Null: go ahead. Else the time to wait before there is an attempt again.</returns>
    public TimeSpan? Take(string key)
    {
        lock (gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset next = Later(whole.GetValueOrDefault(key, now), now) + allowance.Interval;
            TimeSpan over = next - now - (allowance.Interval * allowance.Burst);
            if (over > TimeSpan.Zero)
            {
                return over;
            }
            MakeRoom(now);
            whole[key] = next;
            return null;
        }
    }

    /// <summary>The attempt was no failure after all.</summary>
    public void GiveBack(string key)
    {
        lock (gate)
        {
            if (whole.TryGetValue(key, out DateTimeOffset until))
            {
                whole[key] = until - allowance.Interval;
            }
        }
    }

    // Keys whose allowance is whole say nothing and go first; if that is not enough, the least burdened half goes.
    private void MakeRoom(DateTimeOffset now)
    {
        if (whole.Count < capacity)
        {
            return;
        }
        List<KeyValuePair<string, DateTimeOffset>> least = [.. whole.OrderBy(entry => entry.Value)];
        int recovered = least.FindIndex(entry => entry.Value > now);
        foreach ((string key, _) in least.Take(recovered < capacity / 2 ? Math.Max(capacity / 2, 1) : recovered))
        {
            whole.Remove(key);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
