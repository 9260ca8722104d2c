namespace Holdfast.Engine.Maintenance.Forget;

/// <summary>
/// Which snapshots of a group stay, with restic's meaning. A count of 0 keeps none for that reason, <see cref="All"/>
/// every one; "within" spans reach back from the group's latest snapshot.
/// </summary>
public sealed record KeepPolicy
{
    public const int All = -1;

    public int Last { get; init; }
    public int Hourly { get; init; }
    public int Daily { get; init; }
    public int Weekly { get; init; }
    public int Monthly { get; init; }
    public int Yearly { get; init; }
    public CalendarSpan Within { get; init; }
    public CalendarSpan WithinHourly { get; init; }
    public CalendarSpan WithinDaily { get; init; }
    public CalendarSpan WithinWeekly { get; init; }
    public CalendarSpan WithinMonthly { get; init; }
    public CalendarSpan WithinYearly { get; init; }

    /// <summary>Snapshots with all tags of one of these lists always stay.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tags { get; init; } = [];

    /// <summary>Whether no rule is given: such a policy keeps everything.</summary>
    public bool IsEmpty => Tags.Count == 0 && this with { Tags = Default.Tags } == Default;

    /// <summary>Why each of these stays, by the rules that look at times; whoever has no reason may go.</summary>
    /// <param name="newestFirst">When they were taken, on the calendar whose days and weeks count.</param>
    /// <param name="now">What is of the future never counts as the latest, from which "within" reaches back.</param>
    public IReadOnlyList<IReadOnlyList<string>> Reasons(IReadOnlyList<DateTimeOffset> newestFirst, DateTimeOffset now)
    {
        DateTimeOffset latest = newestFirst.FirstOrDefault(time => time < now);
        IReadOnlyList<KeepRule> rules = KeepRule.Of(this, latest);
        return
        [
            .. newestFirst.Select(
                (time, position) => (string[])[.. Reasons(time, position, newestFirst.Count, rules, latest)]
            ),
        ];
    }

    private IEnumerable<string> Reasons(
        DateTimeOffset time,
        int position,
        int count,
        IReadOnlyList<KeepRule> rules,
        DateTimeOffset latest
    )
    {
        if (!Within.IsZero && time > Within.Before(latest))
        {
            yield return $"within {Within}";
        }
        foreach (KeepRule rule in rules)
        {
            if (rule.Ask(time, position, oldest: position == count - 1) is { } reason)
            {
                yield return reason;
            }
        }
    }

    private static KeepPolicy Default { get; } = new();
}
