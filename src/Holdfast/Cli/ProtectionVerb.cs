using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Backup;
using Holdfast.Cli.Client;

namespace Holdfast.Cli;

/// <summary><c>holdfast protection</c>: how well the project's shares and volumes are protected.</summary>
internal static class ProtectionVerb
{
    private static readonly string[] Headings =
    [
        "Kind",
        "ID",
        "Name",
        "State",
        "Recovery point",
        "Last proven",
        "Time to recover",
        "Next backup",
        "Problem",
    ];

    private static readonly Option<string?> State = new Option<string?>("--state")
    {
        Description = "Only those in it: protected, overdue, unprotected, failing.",
        HelpName = "state",
    }.AcceptOnlyFromAmong("protected", "overdue", "unprotected", "failing");

    public static Command Create()
    {
        Command command = new(
            "protection",
            "See how well the project's shares and volumes are protected: what can be had, and how fast."
        )
        {
            CloudOption.OsCloud,
            State,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string? state = parsed.GetValue(State);
                        List<SourceObject> all = [];
                        foreach (string kind in (string[])["share", "volume"])
                        {
                            IReadOnlyList<SourceObject> some = await NativeList.ReadAsync<Page, SourceObject>(
                                session,
                                $"{kind}s",
                                int.MaxValue,
                                one => state is null || one.Protection?.State == state,
                                stop
                            );
                            all.AddRange(some.Select(one => one with { Kind = kind }));
                        }
                        output.Object(all);
                        output.Table(Headings, all.Select(Row));
                    },
                    stop
                )
        );
        return command;
    }

    private static IReadOnlyList<string> Row(SourceObject one) =>
        [
            one.Kind,
            one.Id,
            one.Name ?? "",
            one.Protection?.State ?? "",
            Output.Time(one.Protection?.RecoveryPoint),
            Output.Time(one.Protection?.LastProvenAt),
            one.Protection?.LastDrill is { Outcome: "passed", Seconds: { } seconds } drill
                ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s for {Output.Size(drill.Bytes)}")
                : one.Protection?.LastDrill?.Outcome ?? "",
            Output.Time(one.Protection?.NextAt),
            one.Protection?.Problem ?? "",
        ];

    private sealed record Page(
        IReadOnlyList<SourceObject>? Shares,
        IReadOnlyList<SourceObject>? Volumes,
        string? NextCursor
    ) : INativePage<SourceObject>
    {
        public IReadOnlyList<SourceObject> Rows => Shares ?? Volumes ?? [];
    }

    /// <summary>A share or a volume, as <c>--json</c> shows it.</summary>
    /// <param name="Kind">share or volume.</param>
    /// <param name="Protection">As the native API has it (docs/api/native.md); null to whoever may not see its backups.</param>
    private sealed record SourceObject(
        string Kind,
        string Id,
        string? Name,
        string ProjectId,
        ProtectionObject? Protection
    );

    private sealed record ProtectionObject(
        string State,
        string? Problem,
        DateTimeOffset? RecoveryPoint,
        string? LastGoodBackupId,
        DateTimeOffset? LastProvenAt,
        DateTimeOffset? NextAt,
        DrillObject? LastDrill
    );
}
