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

    private static KeepPolicy Default { get; } = new();
}
