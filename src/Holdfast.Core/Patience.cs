using System.Security.Cryptography;

namespace Holdfast.Core;

/// <summary>
/// How long to wait before somebody who does not answer is asked again: longer each time, and seldom at the moment when others ask.
/// </summary>
internal sealed class Patience(TimeSpan shortest)
{
    // Work waits for whatever asks.
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TimeSpan next = Least(shortest);

    /// <summary>Half of the time that is due or more, at random; the next is twice as long.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = next * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0);
        next = Least(next * 2);
        return wait;
    }

    /// <summary>There was an answer.</summary>
    public void Reset() => next = Least(shortest);

    private static TimeSpan Least(TimeSpan wait) => wait < Longest ? wait : Longest;
}
