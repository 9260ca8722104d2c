namespace Holdfast.Core.Operations;

/// <summary>How long an operation rests after an attempt that failed for now: 1 s, doubling, at most 5 min.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <param name="attempts">Attempts so far, from 1.</param>
    public static TimeSpan After(int attempts)
    {
        // Beyond 2^9 s the bound has been reached for long.
        TimeSpan rest = TimeSpan.FromSeconds(1 << Math.Clamp(attempts - 1, 0, 9));
        return rest < Longest ? rest : Longest;
    }
}
