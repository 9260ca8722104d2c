using System.CommandLine;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Forget;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Snapshots;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo forget</c>: removes snapshots, named ones or those that a policy does not keep.</summary>
internal static class ForgetVerb
{
    private static readonly SnapshotFilterOptions Filter = new();

    private static readonly Option<string> GroupBy = new("--group-by", "-g")
    {
        Description = "Apply the policy to each host, paths, tags, or combination of them, alone.",
        HelpName = "group",
        DefaultValueFactory = _ => "host,paths",
    };

    private static readonly Option<bool> DryRun = new("--dry-run", "-n")
    {
        Description = "Only print what would be removed.",
    };

    private static readonly Option<bool> Prune = new("--prune")
    {
        Description = "If snapshots were removed, remove their data too.",
    };

    private static readonly Option<bool> AllowRemoveAll = new("--unsafe-allow-remove-all")
    {
        Description = "Let the policy remove every snapshot of a group.",
    };

    private static readonly Argument<string[]> Ids = new("snapshot")
    {
        Description = "Remove these, whatever a policy would say.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command("forget", "Remove snapshots from the repository.")
        {
            GroupBy,
            DryRun,
            Prune,
            AllowRemoveAll,
            Ids,
        };
        Filter.AddTo(command);
        KeepOptions.AddTo(command);
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
                (int code, HashSet<Id> removed) = await RepoSession.LockedAsync(
                    parsed,
                    repository,
                    LockMode.Exclusive,
                    session => RunAsync(parsed, session),
                    stop
                );
                if (code != ExitCode.Ok || removed.Count == 0 || !parsed.GetValue(Prune))
                {
                    return code;
                }
                PruneOptions options = PruneLimits.Read(parsed) with { Without = removed };
                return await PruneVerb.RunAsync(parsed, repository, options, parsed.GetValue(DryRun), stop);
            }
        );
        return command;
    }

    /// <returns>The snapshots that were removed, or would be.</returns>
    private static async Task<(int Code, HashSet<Id> Removed)> RunAsync(ParseResult parsed, RepoSession session)
    {
        Output output = Output.Of(parsed);
        bool dryRun = parsed.GetValue(DryRun);
        string[] named = parsed.GetValue(Ids) ?? [];
        if (await DamagedSnapshots.FindAsync(session, named) is { Count: > 0 } damaged)
        {
            int code = await DamagedSnapshots.RemoveAsync(session, output, named, damaged, dryRun);
            if (parsed.GetValue(Prune))
            {
                output.Note("Nothing was pruned: what a damaged snapshot had cannot be told. Run prune by itself.");
            }
            return (code, []);
        }
        IReadOnlyList<Snapshot> snapshots = await session.Repository.ListSnapshotsAsync(session.Stop);
        ForgetPlan plan = MakePlan(parsed, snapshots, session.Repository.Options.Time.GetUtcNow());
        Describe(output, plan, named.Length > 0);

        HashSet<Id> removed = [.. plan.Remove.Select(snapshot => snapshot.Id)];
        if (dryRun)
        {
            output.Note($"{removed.Count} snapshots would be removed; nothing was changed.");
        }
        else
        {
            await plan.ExecuteAsync(session.Repository, progress: null, session.Stop);
            output.Note($"{removed.Count} snapshots were removed.");
        }
        return (ExitCode.Ok, removed);
    }

    private static ForgetPlan MakePlan(ParseResult parsed, IReadOnlyList<Snapshot> snapshots, DateTimeOffset now)
    {
        SnapshotFilter filter = Filter.Read(parsed);
        if (parsed.GetValue(Ids) is { Length: > 0 } ids)
        {
            List<Snapshot> named = [.. ids.Select(id => SnapshotReference.Parse(id).Resolve(snapshots, filter))];
            return ForgetPlan.Of(named.DistinctBy(snapshot => snapshot.Id));
        }
        KeepPolicy policy = KeepOptions.Read(parsed);
        bool allowAll = parsed.GetValue(AllowRemoveAll);
        if (policy.IsEmpty && !allowAll)
        {
            throw new CommandError(
                ExitCode.Failed,
                "neither snapshots nor a policy was given, so nothing was removed",
                "Name snapshots, or say what to keep: --keep-last, --keep-daily, ..."
            );
        }
        if (policy.IsEmpty && filter.IsEmpty)
        {
            throw new CommandError(
                ExitCode.Failed,
                "--unsafe-allow-remove-all alone would remove every snapshot of the repository",
                "Restrict it by --host, --tag or --path."
            );
        }
        IEnumerable<Snapshot> considered = snapshots.Where(filter.Matches);
        ForgetPlan plan = policy.IsEmpty
            ? ForgetPlan.Of(considered)
            : ForgetPlan.Make(considered, SnapshotGroup.ParseGrouping(parsed.GetRequiredValue(GroupBy)), policy, now);
        return allowAll || plan.Groups.All(group => group.Keep.Count > 0)
            ? plan
            : throw new CommandError(
                ExitCode.Failed,
                "the policy keeps no snapshot at all of "
                    + GroupKeyObject.Describe(plan.Groups.First(group => group.Keep.Count == 0).Group),
                "Nothing was removed. Keep at least one, or add --unsafe-allow-remove-all."
            );
    }

    private static void Describe(Output output, ForgetPlan plan, bool named)
    {
        // As restic: snapshots that were named are no group.
        output.Object(named ? [] : plan.Groups.Select(ForgetGroupObject.Of));
        foreach (ForgetGroupPlan group in plan.Groups)
        {
            output.Line($"snapshots for {GroupKeyObject.Describe(group.Group)}");
            if (group.Keep.Count > 0)
            {
                output.Line($"keep {group.Keep.Count} snapshots:");
                SnapshotTable.Write(
                    output,
                    [.. group.Keep.Select(kept => kept.Snapshot)],
                    [.. group.Keep.Select(kept => kept.Reasons)]
                );
            }
            if (group.Remove.Count > 0)
            {
                output.Line($"remove {group.Remove.Count} snapshots:");
                SnapshotTable.Write(output, group.Remove);
            }
        }
    }
}

/// <summary>One group of a plan in JSON, with restic's members.</summary>
internal sealed record ForgetGroupObject(
    IReadOnlyList<string>? Tags,
    string Host,
    IReadOnlyList<string>? Paths,
    IReadOnlyList<SnapshotObject> Keep,
    IReadOnlyList<SnapshotObject> Remove,
    IReadOnlyList<ForgetReasonObject> Reasons
)
{
    public static ForgetGroupObject Of(ForgetGroupPlan plan) =>
        new(
            plan.Group.Tags,
            plan.Group.Host ?? "",
            plan.Group.Paths,
            [.. plan.Keep.Select(kept => SnapshotObject.Of(kept.Snapshot))],
            [.. plan.Remove.Select(SnapshotObject.Of)],
            [.. plan.Keep.Select(kept => new ForgetReasonObject(SnapshotObject.Of(kept.Snapshot), kept.Reasons))]
        );
}

internal sealed record ForgetReasonObject(SnapshotObject Snapshot, IReadOnlyList<string> Matches);
