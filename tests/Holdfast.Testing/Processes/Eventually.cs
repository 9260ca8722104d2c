using System.Diagnostics;

namespace Holdfast.Testing.Processes;

/// <summary>Waits for a condition, never for time: asks again and again until it holds or a deadline has passed.</summary>
public static class Eventually
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);

    /// <summary>The first answer that is not null.</summary>
    /// <param name="what">Says in the failure what was waited for.</param>
    /// <param name="pause">Between two questions, where asking costs something.</param>
    /// <param name="instead">Says in the failure what there was.</param>
    /// <exception cref="TimeoutException">There was none within <paramref name="deadline"/>, one minute by default.</exception>
    public static async Task<T> GetAsync<T>(
        string what,
        Func<Task<T?>> ask,
        TimeSpan? deadline = null,
        TimeSpan? pause = null,
        Func<string>? instead = null
    )
        where T : class
    {
        var watch = Stopwatch.StartNew();
        TimeSpan longest = deadline ?? TimeSpan.FromMinutes(1);
        while (watch.Elapsed < longest)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }
            await Task.Delay(pause ?? ShortPause);
        }
        throw new TimeoutException($"Waited {longest} in vain for {what}. {instead?.Invoke()}");
    }

    public static Task HoldsAsync(
        string what,
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        TimeSpan? pause = null,
        Func<string>? instead = null
    ) => GetAsync(what, async () => await condition() ? what : null, deadline, pause, instead);
}
