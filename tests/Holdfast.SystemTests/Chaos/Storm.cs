using System.Globalization;

namespace Holdfast.SystemTests.Chaos;

/// <summary>Faults one after the other, in an order and for times that a seed gives.</summary>
internal sealed class Storm(IReadOnlyList<Fault> faults, int seed, Journal journal)
{
    private static readonly TimeSpan LongestCalm = TimeSpan.FromSeconds(4);

    private readonly Random random = new(seed);
    private readonly Queue<Fault> deck = new();

    /// <summary>Until it is enough, and the last fault is mended.</summary>
    public async Task RageAsync(CancellationToken enough)
    {
        while (true)
        {
            await PassAsync(random.NextDouble() * LongestCalm, enough);
            if (enough.IsCancellationRequested)
            {
                return;
            }
            Fault fault = Next();
            TimeSpan length = random.NextDouble() * fault.Longest;
            journal.Note(string.Create(CultureInfo.InvariantCulture, $"-- {fault.Name}, {length.TotalSeconds:f1} s"));
            await fault.Break();
            await PassAsync(length, enough);
            await fault.Mend();
            journal.Note($"-- no more: {fault.Name}");
        }
    }

    /// <summary>Each of them comes before any comes again.</summary>
    private Fault Next()
    {
        if (deck.Count == 0)
        {
            Fault[] shuffled = [.. faults];
            random.Shuffle(shuffled);
            Array.ForEach(shuffled, deck.Enqueue);
        }
        return deck.Dequeue();
    }

    private static async Task PassAsync(TimeSpan time, CancellationToken enough) =>
        await Task.Delay(time, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
