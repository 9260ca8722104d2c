using System.CommandLine;
using System.Text.Json.Serialization;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance;
using Holdfast.Engine.Maintenance.Prune;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo prune</c>: gives back the space of what no snapshot needs.</summary>
internal static class PruneVerb
{
    private static readonly Option<bool> DryRun = new("--dry-run", "-n") { Description = "Only print the plan." };

    public static Command Create()
    {
        var command = new Command("prune", "Remove data that no snapshot needs.") { DryRun };
        PruneLimits.AddTo(command);
        WritingOptions.AddTo(command);
        command.SetAction(
            async (parsed, stop) =>
            {
                await using Repository repository = await RepoSession.OpenAsync(
                    parsed,
                    WritingOptions.Read(parsed),
                    stop
                );
                return await RunAsync(parsed, repository, PruneLimits.Read(parsed), parsed.GetValue(DryRun), stop);
            }
        );
        return command;
    }

    /// <summary>Plans while others may add, and shuts them out for the plan's execution alone.</summary>
    /// <param name="repository">Open, and not locked by us.</param>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        Repository repository,
        PruneOptions options,
        bool dryRun,
        CancellationToken stop
    )
    {
        Output output = Output.Of(parsed);
        TimeProvider time = repository.Options.Time;
        PruneRun run = await RepoSession.LockedAsync(
            parsed,
            repository,
            LockMode.Add,
            async session =>
            {
                if (!dryRun)
                {
                    await TryRemoveUnfinishedAsync(repository, session.Stop);
                }
                return await ProgressDisplay.RunAsync(
                    output,
                    time,
                    progress => PruneRun.PlanAsync(repository, options, MaintenanceSteps.To(progress), session.Stop)
                );
            },
            stop
        );
        Describe(output, run.Plan);
        if (dryRun)
        {
            output.Object(new SummaryObject(PlanObject.Of(run.Plan), Done: null, DryRun: true));
            output.Line("Nothing was changed.");
            return ExitCode.Ok;
        }
        PruneReport report = await RepoSession.LockedAsync(
            parsed,
            repository,
            LockMode.Exclusive,
            session =>
                ProgressDisplay.RunAsync(
                    output,
                    time,
                    progress => run.ExecuteAsync(MaintenanceSteps.To(progress), session.Stop)
                ),
            stop
        );
        output.Object(new SummaryObject(PlanObject.Of(run.Plan), DoneObject.Of(report), DryRun: false));
        output.Line(
            $"removed {report.PacksRemoved} packs ({Output.Size(report.BytesFreed)}), "
                + $"wrote {Output.Size(report.BytesWritten)}"
        );
        if (report.StoppedEarly)
        {
            output.Line(
                $"The time was up: {report.PacksLeft} packs, {Output.Size(report.BytesLeft)} to give back, "
                    + "are left to the next prune."
            );
        }
        return ExitCode.Ok;
    }

    /// <summary>No reason to prune nothing: credentials may not allow it, and some stores cannot tell what is unfinished.</summary>
    private static async Task TryRemoveUnfinishedAsync(Repository repository, CancellationToken stop)
    {
        try
        {
            await PruneRun.RemoveUnfinishedAsync(repository, stop);
        }
        catch (EngineError error)
        {
            await Console.Error.WriteLineAsync($"warning: unfinished uploads were not removed: {error.Message}");
        }
    }

    private static void Describe(Output output, PrunePlan plan)
    {
        output.Note($"used:         {Output.Size(plan.UsedBytes)} in {plan.Keep.Count + plan.Repack.Count} packs");
        output.Note($"repack:       {plan.Repack.Count} packs, {Output.Size(plan.RepackBytes)}");
        output.Note($"remove:       {plan.Remove.Count} packs, {Output.Size(plan.Remove.Sum(pack => pack.Size))}");
        output.Note(
            $"unreferenced: {plan.Unreferenced.Count} packs, {Output.Size(plan.Unreferenced.Sum(pack => pack.Size))}"
        );
        output.Note($"frees:        {Output.Size(plan.FreedBytes)}");
        output.Note($"unused after: {Output.Size(plan.UnusedBytesAfter)}");
    }

    private sealed record SummaryObject(PlanObject Plan, DoneObject? Done, bool DryRun)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "summary";
    }

    private sealed record PlanObject(
        int PacksKept,
        int PacksToRepack,
        int PacksToRemove,
        int PacksUnreferenced,
        long BytesUsed,
        long BytesToRepack,
        long BytesToFree,
        long BytesUnusedAfter
    )
    {
        public static PlanObject Of(PrunePlan plan) =>
            new(
                plan.Keep.Count,
                plan.Repack.Count,
                plan.Remove.Count,
                plan.Unreferenced.Count,
                plan.UsedBytes,
                plan.RepackBytes,
                plan.FreedBytes,
                plan.UnusedBytesAfter
            );
    }

    private sealed record DoneObject(
        int PacksRepacked,
        int PacksRemoved,
        long BytesWritten,
        long BytesFreed,
        bool StoppedEarly,
        int PacksLeft,
        long BytesLeft
    )
    {
        public static DoneObject Of(PruneReport report) =>
            new(
                report.PacksRepacked,
                report.PacksRemoved,
                report.BytesWritten,
                report.BytesFreed,
                report.StoppedEarly,
                report.PacksLeft,
                report.BytesLeft
            );
    }
}

/// <summary>How much a prune may leave and do; options of <c>prune</c> and <c>forget --prune</c>.</summary>
internal static class PruneLimits
{
    private static readonly Option<string> MaxUnused = new("--max-unused")
    {
        Description = "Unused data that may stay: a percentage, a size, or 'unlimited'.",
        HelpName = "limit",
        DefaultValueFactory = _ => "5%",
    };

    private static readonly Option<string?> MaxRepackSize = new("--max-repack-size")
    {
        Description = "Rewrite at most so much in this run.",
        HelpName = "size",
    };

    private static readonly Option<TimeSpan?> TimeBudget = new("--time-budget")
    {
        Description = "Lock others out for so long at most; the next prune does the rest (default: 10m).",
        HelpName = "duration",
        CustomParser = result => Durations.Parse(result),
    };

    public static void AddTo(Command command)
    {
        command.Add(MaxUnused);
        command.Add(MaxRepackSize);
        command.Add(TimeBudget);
    }

    public static PruneOptions Read(ParseResult parsed) =>
        new()
        {
            MaxUnused = UnusedLimit.Parse(parsed.GetRequiredValue(MaxUnused)),
            MaxRepackBytes = parsed.GetValue(MaxRepackSize) is { } size ? ByteSize.Parse(size) : long.MaxValue,
            TimeBudget = parsed.GetValue(TimeBudget) ?? new PruneOptions().TimeBudget,
        };
}
