using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Schedules;

/// <summary>A retention on the wire. A rule that nobody knows is refused: without it backups would go that were to stay.</summary>
internal static class RetentionJson
{
    private static readonly string[] Known =
    [
        "keep_last",
        "keep_hourly",
        "keep_daily",
        "keep_weekly",
        "keep_monthly",
        "keep_yearly",
        "keep_within",
    ];

    /// <returns>What stands under <c>retention</c>; null when nothing does.</returns>
    public static Retention? Read(JsonElement body)
    {
        if (!body.TryGetProperty("retention", out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw Problem.BadRequest("'retention' must be an object.");
        }
        foreach (JsonProperty rule in given.EnumerateObject())
        {
            if (!Known.Contains(rule.Name, StringComparer.Ordinal))
            {
                throw Problem.BadRequest(
                    $"'retention' has no rule '{rule.Name}': there are {string.Join(", ", Known)}."
                );
            }
        }
        return new Retention
        {
            KeepLast = Count("keep_last"),
            KeepHourly = Count("keep_hourly"),
            KeepDaily = Count("keep_daily"),
            KeepWeekly = Count("keep_weekly"),
            KeepMonthly = Count("keep_monthly"),
            KeepYearly = Count("keep_yearly"),
            KeepWithin = given.OptionalText("keep_within") is { Length: > 0 } span ? span : null,
        };

        int Count(string name) =>
            !given.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? 0
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) ? count
            : throw Problem.BadRequest($"'{name}' must be a number from 0 to {Retention.Most}.");
    }

    public static void Write(Utf8JsonWriter writer, Retention retention)
    {
        writer.WriteStartObject("retention");
        writer.WriteNumber("keep_last", retention.KeepLast);
        writer.WriteNumber("keep_hourly", retention.KeepHourly);
        writer.WriteNumber("keep_daily", retention.KeepDaily);
        writer.WriteNumber("keep_weekly", retention.KeepWeekly);
        writer.WriteNumber("keep_monthly", retention.KeepMonthly);
        writer.WriteNumber("keep_yearly", retention.KeepYearly);
        writer.WriteString("keep_within", retention.KeepWithin);
        writer.WriteEndObject();
    }
}
