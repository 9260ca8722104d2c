using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Holdfast.Cli;

/// <summary>How far one step of a verb is: what is done, out of how much (0 while nobody knows), in bytes or in pieces.</summary>
/// <param name="Name">What is being done; steps of one name share a bar.</param>
/// <param name="Detail">What stands beside the bar instead of the name.</param>
internal readonly record struct Step(string Name, double Done, double Total, bool Bytes, string? Detail = null);

/// <summary>How far a verb is, with restic's members where restic has them; what is not known is left out.</summary>
/// <param name="PercentDone">0 to 1, as restic has it; 0 while nobody knows.</param>
internal sealed record StatusObject(
    string Phase,
    long SecondsElapsed,
    double PercentDone,
    long? TotalBytes,
    long? BytesDone,
    long? TotalItems,
    long? ItemsDone
)
{
    [JsonPropertyOrder(-1)]
    public string MessageType => "status";

    public static StatusObject Of(Step step, TimeSpan elapsed)
    {
        long done = (long)step.Done;
        long? total = step.Total > 0 ? (long)step.Total : null;
        double percent = total is null ? 0 : Math.Min(1, step.Done / step.Total);
        string phase = step.Name.Replace(' ', '_');
        return step.Bytes
            ? new(phase, (long)elapsed.TotalSeconds, percent, total, done, null, null)
            : new(phase, (long)elapsed.TotalSeconds, percent, null, null, total, done);
    }
}

/// <summary>
/// How far a verb is while it runs. When a person watches, a bar with bytes, rate and remaining time on standard error: both
/// standard output and standard error are a terminal, and neither JSON nor quiet was asked for. For programs, under JSON
/// and without quiet, restic's <c>status</c> objects on standard output.
/// </summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    /// <summary>What is as far away as this nobody wants to read.</summary>
    private static readonly TimeSpan Endless = TimeSpan.FromDays(100);

    /// <summary>For people and, in <c>status</c> objects, for programs.</summary>
    public static Task<T> RunAsync<T>(Output output, TimeProvider time, Func<IProgress<Step>?, Task<T>> work) =>
        output is { Json: true, Quiet: false } ? work(new StatusLines(output, time)) : RunAsync(output, work);

    /// <summary>For people alone.</summary>
    public static async Task<T> RunAsync<T>(Output output, Func<IProgress<Step>?, Task<T>> work)
    {
        if (output.Json || output.Quiet || Console.IsOutputRedirected || Console.IsErrorRedirected)
        {
            return await work(null);
        }
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }
        );
        return await console
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new AmountColumn()
            )
            .StartAsync(context => work(new Bars(context)));
    }

    /// <summary>For people alone, for work that can be asked how far it is.</summary>
    public static Task<T> PollAsync<T>(Output output, TimeProvider time, Func<Step> ask, Func<Task<T>> work) =>
        RunAsync(
            output,
            async progress =>
            {
                Task<T> running = work();
                using var timer = new PeriodicTimer(PollInterval, time);
                while (progress is not null && !running.IsCompleted)
                {
                    progress.Report(ask());
                    Task<bool> tick = timer.WaitForNextTickAsync().AsTask();
                    await Task.WhenAny(running, tick);
                    if (!tick.IsCompleted)
                    {
                        break;
                    }
                }
                return await running;
            }
        );

    /// <summary>One line at once for each new step, then at most one a second. Reports come from any thread.</summary>
    private sealed class StatusLines(Output output, TimeProvider time) : IProgress<Step>
    {
        private readonly Lock gate = new();
        private readonly long started = time.GetTimestamp();
        private string? name;
        private long written;

        public void Report(Step value)
        {
            lock (gate)
            {
                long now = time.GetTimestamp();
                if (value.Name == name && time.GetElapsedTime(written, now) < StatusInterval)
                {
                    return;
                }
                name = value.Name;
                written = now;
                output.Object(StatusObject.Of(value, time.GetElapsedTime(started, now)));
            }
        }
    }

    /// <summary>One bar a step. Reports come from any thread.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<Step>
    {
        private readonly Dictionary<string, ProgressTask> bars = [];

        public void Report(Step value)
        {
            lock (bars)
            {
                if (!bars.TryGetValue(value.Name, out ProgressTask? bar))
                {
                    bars.Add(value.Name, bar = context.AddTask(Markup.Escape(value.Name)));
                    bar.State.Update<bool>(AmountColumn.IsBytes, _ => value.Bytes);
                }
                bar.Description = Markup.Escape(value.Detail ?? value.Name);
                bar.IsIndeterminate = value.Total <= 0;
                // A bar is cut off at its end, so one without a known end has none in reach.
                bar.MaxValue = value.Total > 0 ? double.Max(value.Total, value.Done) : double.MaxValue;
                bar.Value = value.Done;
            }
        }
    }

    /// <summary>"37 %, 12.3 MiB of 80.0 MiB, 4.5 MiB/s, 0:15 left"; what is not known is left out.</summary>
    private sealed class AmountColumn : ProgressColumn
    {
        public const string IsBytes = "bytes";

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(string.Join(", ", Parts(task, task.State.Get<bool>(IsBytes))));

        private static IEnumerable<string> Parts(ProgressTask task, bool bytes)
        {
            string done = Amount(task.Value, bytes);
            if (task.IsIndeterminate)
            {
                yield return done;
            }
            else
            {
                yield return $"{(int)task.Percentage} %";
                yield return $"{done} of {Amount(task.MaxValue, bytes)}";
            }
            if (task.Speed is { } speed)
            {
                yield return $"{Amount(speed, bytes)}/s";
            }
            if (!task.IsIndeterminate && task.RemainingTime is { } left && left < Endless)
            {
                yield return $"{(int)left.TotalMinutes}:{left.Seconds:00} left";
            }
        }

        private static string Amount(double value, bool bytes) => bytes ? Output.Size((long)value) : $"{(long)value}";
    }
}
