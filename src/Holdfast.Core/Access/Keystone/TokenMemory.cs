using System.Collections.Concurrent;

namespace Holdfast.Core.Access.Keystone;

/// <summary>
/// What Keystone said of tokens, each until its time. Good and bad ones have rooms of their own, so that a flood of made-up
/// tokens drives no good one out; a full room loses what would have been forgotten first. Safe for many threads.
/// </summary>
internal sealed class TokenMemory(int capacity)
{
    private readonly ConcurrentDictionary<TokenHash, (ValidToken Token, DateTimeOffset Until)> good = new();
    private readonly ConcurrentDictionary<TokenHash, DateTimeOffset> bad = new();
    private readonly Lock writing = new();

    /// <summary>How many tokens are remembered.</summary>
    public int Count => good.Count + bad.Count;

    /// <param name="token">Null: it is known to be no good.</param>
    /// <returns>Whether anything is known.</returns>
    public bool TryGet(TokenHash hash, DateTimeOffset now, out ValidToken? token)
    {
        if (good.TryGetValue(hash, out (ValidToken Token, DateTimeOffset Until) known) && known.Until > now)
        {
            token = known.Token;
            return true;
        }
        token = null;
        return bad.TryGetValue(hash, out DateTimeOffset until) && until > now;
    }

    /// <param name="token">Null: it is no good.</param>
    public void Put(TokenHash hash, ValidToken? token, DateTimeOffset until, DateTimeOffset now)
    {
        lock (writing)
        {
            if (token is null)
            {
                good.TryRemove(hash, out _);
                MakeRoom(bad, end => end, now);
                bad[hash] = until;
            }
            else
            {
                bad.TryRemove(hash, out _);
                MakeRoom(good, known => known.Until, now);
                good[hash] = (token, until);
            }
        }
    }

    // What is over goes first; if that is not half, whatever would be over next.
    private void MakeRoom<T>(
        ConcurrentDictionary<TokenHash, T> room,
        Func<T, DateTimeOffset> untilOf,
        DateTimeOffset now
    )
    {
        if (room.Count < capacity)
        {
            return;
        }
        List<KeyValuePair<TokenHash, T>> all = [.. room.OrderBy(entry => untilOf(entry.Value))];
        int over = all.FindIndex(entry => untilOf(entry.Value) > now);
        foreach ((TokenHash hash, _) in all.Take(over < 0 ? all.Count : Math.Max(over, (capacity + 1) / 2)))
        {
            room.TryRemove(hash, out _);
        }
    }
}
