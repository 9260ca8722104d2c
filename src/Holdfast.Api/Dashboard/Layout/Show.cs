using System.Globalization;
using System.Text;
using Holdfast.Core.Reading;

namespace Holdfast.Api.Dashboard.Layout;

/// <summary>Values in words for people. Texts of tenants are shown so that none passes for another.</summary>
internal static class Show
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>With control characters, and what changes the direction of writing, as <c>\u{202E}</c>.</summary>
    public static string Text(string text)
    {
        if (!text.EnumerateRunes().Any(IsHidden))
        {
            return text;
        }
        StringBuilder shown = new();
        foreach (Rune one in text.EnumerateRunes())
        {
            _ = IsHidden(one) ? shown.Append($"\\u{{{one.Value:X}}}") : shown.Append(one);
        }
        return shown.ToString();
    }

    /// <summary>A file system's name or path.</summary>
    public static string Text(ReadOnlySpan<byte> name) => Text(BackupEntry.Text(name));

    /// <summary>A name, or what stands for one that nobody has given.</summary>
    public static string Name(string? name, string id) => string.IsNullOrWhiteSpace(name) ? Short(id) : Text(name);

    /// <summary>The beginning of an id, enough to tell a few apart.</summary>
    public static string Short(string id) => id.Length > 13 ? id[..13] + "…" : id;

    public static string Bytes(long bytes)
    {
        if (bytes < 1024)
        {
            return bytes == 1 ? "1 byte" : $"{bytes} bytes";
        }
        int unit = (int)Math.Log2(bytes) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / Math.Pow(1024, unit):0.0} {Units[unit]}");
    }

    public static string Count(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

    public static string Utc(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Ago(DateTimeOffset now, DateTimeOffset time)
    {
        TimeSpan since = now - time;
        return since.TotalMinutes < 1 ? "Just now" : $"{Span(since)} ago";
    }

    /// <summary>In one unit, rounded down.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 60 ? Count((long)Math.Max(0, span.TotalSeconds), "second", "seconds")
        : span.TotalMinutes < 60 ? Count((long)span.TotalMinutes, "minute", "minutes")
        : span.TotalHours < 48 ? Count((long)span.TotalHours, "hour", "hours")
        : Count((long)span.TotalDays, "day", "days");

    /// <summary>A word of the API, such as <c>restore_files</c> or <c>backing-up</c>, as people say it.</summary>
    public static string Word(string word) =>
        word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ').Replace('-', ' ');

    private static bool IsHidden(Rune one) =>
        Rune.IsControl(one)
        || Rune.GetUnicodeCategory(one)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
