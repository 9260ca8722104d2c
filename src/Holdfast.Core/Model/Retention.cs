using System.Text.Json.Serialization;

namespace Holdfast.Core.Model;

/// <summary>
/// Which backups of a schedule stay, with restic's meaning: the newest of each period for so many periods, and all that
/// are younger than a span before the newest. What no rule keeps may go; without any rule all stay.
/// </summary>
public sealed record Retention
{
    /// <summary>The largest count of each rule.</summary>
    public const int Most = 10_000;

    [JsonPropertyName("keep_last")]
    public int KeepLast { get; init; }

    [JsonPropertyName("keep_hourly")]
    public int KeepHourly { get; init; }

    [JsonPropertyName("keep_daily")]
    public int KeepDaily { get; init; }

    [JsonPropertyName("keep_weekly")]
    public int KeepWeekly { get; init; }

    [JsonPropertyName("keep_monthly")]
    public int KeepMonthly { get; init; }

    [JsonPropertyName("keep_yearly")]
    public int KeepYearly { get; init; }

    /// <summary>As restic writes a span: <c>1y5m7d2h</c>; null for none.</summary>
    [JsonPropertyName("keep_within")]
    public string? KeepWithin { get; init; }
}
