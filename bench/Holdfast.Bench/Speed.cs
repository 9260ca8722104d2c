using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// Runs a kernel again and again and prints its speed: the best tenth and the median of the runs by the clock, and
/// the mean by processor time, which a busy machine disturbs least.
/// </summary>
internal static class Speed
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1.5);

    /// <param name="bytes">How many bytes one run takes.</param>
    public static void Print(string name, long bytes, Action run)
    {
        Repeat(WarmUp, run);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        List<double> seconds = Repeat(Length, run);
        double processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds / seconds.Count;
        seconds.Sort();
        double best = bytes / seconds[seconds.Count / 10] / 1e9;
        double median = bytes / seconds[seconds.Count / 2] / 1e9;
        Console.WriteLine($"{name, -36} {best, 7:F2} {median, 7:F2} {bytes / processor / 1e9, 7:F2} GB/s");
    }

    private static List<double> Repeat(TimeSpan length, Action run)
    {
        List<double> seconds = [];
        Stopwatch whole = Stopwatch.StartNew();
        while (whole.Elapsed < length)
        {
            long begin = Stopwatch.GetTimestamp();
            run();
            seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        return seconds;
    }
}
