using System.Globalization;
using Holdfast.Core.Model;

namespace Holdfast.Api.Dashboard.Schedules;

/// <summary>A retention in words for people.</summary>
internal static class RetentionText
{
    public static string Of(Retention rules)
    {
        (int Count, string What)[] counts =
        [
            (rules.KeepLast, "last"),
            (rules.KeepHourly, "hourly"),
            (rules.KeepDaily, "daily"),
            (rules.KeepWeekly, "weekly"),
            (rules.KeepMonthly, "monthly"),
            (rules.KeepYearly, "yearly"),
        ];
        List<string> parts =
        [
            .. counts
                .Where(rule => rule.Count > 0)
                .Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Count} {rule.What}")),
        ];
        if (rules.KeepWithin is { } within)
        {
            parts.Add($"all within {within}");
        }
        return parts.Count == 0 ? "all" : string.Join(", ", parts);
    }
}
