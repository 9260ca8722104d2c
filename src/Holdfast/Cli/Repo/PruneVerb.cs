using System.CommandLine;
using System.Text.Json.Serialization;
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
            (parsed, stop) =>
                RepoSession.RunAsync(
                    parsed,
                    LockMode.Exclusive,
                    WritingOptions.Read(parsed),
                    session => RunAsync(Output.Of(parsed), session, PruneLimits.Read(parsed), parsed.GetValue(DryRun)),
                    stop
                )
        );
        return command;
    }

    public static async Task<int> RunAsync(Output output, RepoSession session, PruneOptions options, bool dryRun)
    {
        PruneRun run = await ProgressDisplay.RunAsync(
            output,
            progress => PruneRun.PlanAsync(session.Repository, options, MaintenanceSteps.To(progress), session.Stop)
        );
        Describe(output, run.Plan);
        if (dryRun)
        {
            output.Object(new SummaryObject(PlanObject.Of(run.Plan), Done: null, DryRun: true));
            output.Line("Nothing was changed.");
            return ExitCode.Ok;
        }
        PruneReport report = await ProgressDisplay.RunAsync(
            output,
            progress => run.ExecuteAsync(MaintenanceSteps.To(progress), session.Stop)
        );
        output.Object(new SummaryObject(PlanObject.Of(run.Plan), DoneObject.Of(report), DryRun: false));
        output.Line(
            $"removed {report.PacksRemoved} packs ({Output.Size(report.BytesFreed)}), "
                + $"wrote {Output.Size(report.BytesWritten)}"
        );
        if (report.StoppedEarly)
        {
            output.Line("The time was up before everything was rewritten; the next prune goes on.");
        }
        return ExitCode.Ok;
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
        bool StoppedEarly
    )
    {
        public static DoneObject Of(PruneReport report) =>
            new(report.PacksRepacked, report.PacksRemoved, report.BytesWritten, report.BytesFreed, report.StoppedEarly);
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
        Description = "Start no more rewriting after so long, and finish with what is done (default: 10m).",
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
            OwnsStore = true,
        };
}
